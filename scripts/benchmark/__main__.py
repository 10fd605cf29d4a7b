"""`scripts/bench`: measures the service side by side with the floor, and prints figures beside their targets."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable
from typing import Final

from scripts.benchmark import calls, depth, memory, start
from scripts.benchmark.options import Options
from scripts.benchmark.report import Figure, heading, print_figures

_SECTIONS: Final[dict[str, Callable[[Options], list[Figure]]]] = {
    "calls": calls.run,
    "depth": depth.run,
    "memory": memory.run,
    "start": start.run,
}
_HELP: Final = """\
calls   what a call costs, beside the floor's call of the same size
depth   whether a call costs more with more users, and searches
memory  what a worker process has resident under load, from the first call to the last
start   seconds to SERVING on an existing data directory
"""


def main() -> None:
    # What ends it must let it end what it has started.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    sections, options = _arguments()
    figures = [figure for section in sections for figure in _SECTIONS[section](options)]
    heading("Figures and targets")
    print_figures(figures)


def _arguments() -> tuple[list[str], Options]:
    usual = Options()
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=f"{__doc__}\n\nsections:\n{_HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sections", nargs="*", metavar="section", help="default: all")
    parser.add_argument("--users", type=int, default=usual.users, help="users that there are (%(default)s)")
    parser.add_argument(
        "--few-users", type=int, default=usual.few_users, help="to compare them with (%(default)s)"
    )
    parser.add_argument(
        "--calls", type=int, default=usual.calls, help="over which memory is watched (%(default)s)"
    )
    parser.add_argument("--starts", type=int, default=usual.starts, help="of the service (%(default)s)")
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="drives of each side (%(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=usual.seconds, help="length of a drive (%(default)s)"
    )
    parser.add_argument(
        "--warm-up", type=float, default=usual.warm_up, help="seconds before it (%(default)s)"
    )
    parser.add_argument(
        "--python-driver",
        dest="compiled",
        action="store_false",
        help="drive with Python even where the load generator in C can be compiled",
    )
    given = vars(parser.parse_args())
    sections = given.pop("sections") or list(_SECTIONS)
    if unknown := [section for section in sections if section not in _SECTIONS]:
        parser.error(f"no such section: {', '.join(unknown)}; there are {', '.join(_SECTIONS)}")
    return sections, Options(**given)


if __name__ == "__main__":
    main()
