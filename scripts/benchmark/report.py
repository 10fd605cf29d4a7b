"""How results are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.benchmark.targets import TARGETS


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value that has a target."""

    target: str
    """The key of the target."""
    value: float
    note: str = ""
    """What tells it from others of the same target."""

    @property
    def met(self) -> bool:
        """Whether it is as printed no more than the target."""
        return float(_number(self.value).replace(",", "")) <= TARGETS[self.target].most


def print_figures(figures: Sequence[Figure]) -> None:
    """A table of figures beside their targets."""
    rows = []
    for figure in figures:
        target = TARGETS[figure.target]
        name = f"{target.name} ({figure.note})" if figure.note else target.name
        most = f"<= {target.most:g} {target.unit}"
        rows.append((name, f"{_number(figure.value)} {target.unit}", most, "met" if figure.met else "MISSED"))
    print_table(("figure", "measured", "target", ""), rows, left=(0, 3))


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[object]], *, left: Sequence[int] = (0,)
) -> None:
    """A table with columns as wide as they need to be; those in `left` begin at the left."""
    cells = [headings, *([_text(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    for row in cells:
        aligned = (
            text.ljust(width) if column in left else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(aligned).rstrip())
    print(flush=True)


def heading(text: str) -> None:
    """The title of what is printed next."""
    print(f"{text}\n{'-' * len(text)}", flush=True)


def _text(value: object) -> str:
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    """As many digits as mean something: 0.213, 1.05, 30.2, 2,481."""
    digits = next((digits for bound, digits in ((1, 3), (10, 2), (100, 1)) if abs(value) < bound), 0)
    return f"{value:,.{digits}f}"
