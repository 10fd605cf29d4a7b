"""What is kept out of a process that has no use for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let what is imported inside find that these modules, which it can do without, are not there. Those that
    have been imported before stay."""
    absent = [name for name in names if name not in sys.modules]
    # None makes an import fail, as the import system has it.
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
