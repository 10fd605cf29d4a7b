"""The `roster` command.

Nothing is imported here at first: every process that the service starts imports this module again.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from server.cli import run  # noqa: PLC0415 - see above

    sys.exit(run())


if __name__ == "__main__":
    main()
