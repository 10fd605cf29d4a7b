"""What keeps Roster from starting."""

from __future__ import annotations


class StartError(Exception):
    """Roster cannot start, or cannot go on; the text tells the operator why, in one line, and what to do.

    The `roster` command prints the text without a traceback and exits with 1.
    """


def unreachable(error: BaseException) -> StartError:
    """What to tell of a database that did not answer, by the error of the store that says so."""
    return StartError(f"the database cannot be reached: {one_line(error.__cause__ or error)}")


def one_line(error: BaseException) -> str:
    """The text of an error, however many lines it has, or its name if it has none."""
    return " ".join(str(error).split()) or type(error).__name__
