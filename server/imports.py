"""How processes import: without what they have no use for, and without looking for garbage meanwhile."""

from __future__ import annotations

import gc
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


@contextmanager
def uncollected() -> Iterator[None]:
    """Have the garbage collector rest while much is imported, and never look at what has been: nearly all of
    that stays to the end, and to look through it again and again takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
