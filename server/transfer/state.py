"""How far a transfer is, kept in a file so that it can be taken up where it was broken off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from server.transfer.connection import Failed


class StateFile:
    """The file beside what is transferred, or where it is told to be; there while the transfer is under
    way."""

    def __init__(self, path: Path, command: str) -> None:
        self.path = path
        self._command = command

    def begin(self, fresh: dict[str, Any]) -> None:
        """Makes sure that nothing that was broken off is begun anew by mistake. Raises Failed."""
        if self.path.exists():
            raise Failed(
                f"an earlier {self._command} was broken off: go on with --resume, or remove {self.path}"
            )
        self.save(fresh)

    def take_up(self, **expected: Any) -> dict[str, Any]:
        """What was saved last. Raises Failed if there is nothing, or if it is of a transfer with other
        options."""
        try:
            saved: dict[str, Any] = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            raise Failed(f"there is nothing to resume: {self.path} does not exist") from None
        except ValueError:
            raise Failed(f"{self.path} is damaged") from None
        for name, value in expected.items():
            if saved.get(name) != value:
                raise Failed(
                    f"the {self._command} was begun with {name} {saved.get(name)!r}, and not with {value!r}"
                )
        return saved

    def save(self, state: dict[str, Any]) -> None:
        """Replaces what was saved; a reader sees the old or the new, whole."""
        new = self.path.with_name(f"{self.path.name}.new")
        try:
            new.write_text(json.dumps(state), encoding="utf-8")
            new.replace(self.path)
        except OSError as error:
            raise Failed(f"{self.path} cannot be written: {error.strerror}") from None

    def remove(self) -> None:
        """All is done."""
        self.path.unlink(missing_ok=True)
