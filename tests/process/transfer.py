"""`roster users` as a process, and the files that it reads and writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.process.service import Service

ROSTER = str(Path(sys.executable).with_name("roster"))


@dataclass(frozen=True)
class Ended:
    """A command that came to its end."""

    code: int
    output: str
    errors: str


def started(service: Service, *arguments: str | Path, **settings: str) -> subprocess.Popen[str]:
    """`roster users ...` on the service, by the credentials in its data directory."""
    return subprocess.Popen(
        [ROSTER, "users", *map(str, arguments)],
        env=os.environ | {"ROSTER_DATA_DIR": str(service.data_dir), "COLUMNS": "200"} | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ran(service: Service, *arguments: str | Path, text: str | None = None, **settings: str) -> Ended:
    """The same, to its end; `text` is its standard input."""
    process = started(service, *arguments, **settings)
    output, errors = process.communicate(text, timeout=120)
    return Ended(process.returncode, output, errors)


def items(count: int, **fields: Any) -> list[dict[str, Any]]:
    """So many users to create."""
    return [
        {"user": {"email": f"user-{n:06}@example.com", "given_name": "Ada", **fields}} for n in range(count)
    ]


def written(file: Path, lines: Iterable[dict[str, Any]]) -> Path:
    """A file of JSON lines."""
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return file


def read(file: Path) -> list[dict[str, Any]]:
    """The lines of such a file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
