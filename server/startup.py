"""What keeps Roster from starting."""

from __future__ import annotations


class StartError(Exception):
    """Roster cannot start, or cannot go on; the text tells the operator why, in one line, and what to do.

    The `roster` command prints the text without a traceback and exits with 1.
    """
