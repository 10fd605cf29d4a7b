"""`scripts/bench`: measures the service side by side with the floor, and prints figures beside targets."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from dataclasses import fields
from types import FrameType
from typing import Final

from scripts.benchmark import background, batch, calls, depth, memory, sessions, signin, start, watch
from scripts.benchmark.options import Options
from scripts.benchmark.report import Figure, heading, print_figures

_SECTIONS: Final[dict[str, Callable[[Options], list[Figure]]]] = {
    "calls": calls.run,
    "depth": depth.run,
    "memory": memory.run,
    "start": start.run,
    "background": background.run,
    "batch": batch.run,
    "watch": watch.run,
    "signin": signin.run,
    "sessions": sessions.run,
}
_HELP: Final = """\
calls   what a call costs, beside the floor's call of the same size
depth   whether a call costs more with more users, and searches
memory  what a worker process has resident under load, from the first call to the last
start   seconds to SERVING on an existing data directory
background  how soon actions end that are due, and webhooks leave
batch   how fast users come and go in streams
watch   how fast events are told, and what watchers cost who hear nothing
sessions  what it costs to refresh a session, and to verify its access tokens
signin  what many sign-ins at a time do to other calls, and how long one hash takes
"""
_INTERRUPTED: Final = 130
_MEANINGS: Final = {
    "users": "users that there are",
    "few_users": "users to compare them with",
    "batch_users": "users that come and go in streams",
    "calls": "calls over which memory is watched",
    "starts": "starts of the service",
    "events": "events to tell",
    "watchers": "watchers who hear nothing",
    "rounds": "drives of each side",
    "seconds": "length of a drive",
    "warm_up": "seconds of a drive before those that count",
}


def main() -> None:
    # What ends it must let it end what it has started.
    interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        signal.default_int_handler(number, frame)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, interrupt)
    sections, options = _arguments()
    try:
        figures = [figure for section in sections for figure in _SECTIONS[section](options)]
    except BaseException:
        # A signal to all processes ends those that are measured as well: what is asked of them then fails.
        if interrupted:
            sys.exit(_INTERRUPTED)
        raise
    heading("Figures and targets")
    print_figures(figures)


def _arguments() -> tuple[list[str], Options]:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=f"{__doc__}\n\nsections:\n{_HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sections", nargs="*", metavar="section", help="default: all")
    for field in fields(Options):
        if field.name in _MEANINGS:
            flag, meaning = f"--{field.name.replace('_', '-')}", f"{_MEANINGS[field.name]} (%(default)s)"
            parser.add_argument(flag, type=type(field.default), default=field.default, help=meaning)
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
