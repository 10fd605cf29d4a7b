"""What calls cost: time to the caller, CPU time of the server and of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median

from scripts.benchmark.load import Drive, Loader, Outcome
from scripts.benchmark.meters import cpu_seconds, family_cpu_seconds
from scripts.benchmark.processes import Contestant
from scripts.benchmark.stage import Stage

Messages = Callable[[], Iterable[bytes]]
"""Makes the messages of one drive."""


@dataclass(slots=True)
class Cost:
    """What some drives of one contestant with one method came to, all together."""

    outcomes: list[Outcome] = field(default_factory=list)
    server_cpu: float = 0.0
    database_cpu: float = 0.0

    @property
    def calls(self) -> int:
        return sum(outcome.calls for outcome in self.outcomes)

    @property
    def rate(self) -> float:
        """Calls per second."""
        return self.calls / sum(outcome.seconds for outcome in self.outcomes)

    @property
    def p50(self) -> float:
        """Milliseconds; the median over the drives, as `p99`."""
        return median(outcome.p50 for outcome in self.outcomes)

    @property
    def p99(self) -> float:
        return median(outcome.p99 for outcome in self.outcomes)

    @property
    def server(self) -> float:
        """CPU milliseconds per call, which is CPU seconds per 1,000 calls; as `database` and `both`."""
        return 1_000 * self.server_cpu / self.calls

    @property
    def database(self) -> float:
        return 1_000 * self.database_cpu / self.calls

    @property
    def both(self) -> float:
        return self.server + self.database

    @property
    def cells(self) -> tuple[float, ...]:
        """The cells of `HEADINGS`."""
        return self.rate, self.p50, self.p99, self.server, self.database


HEADINGS = ("calls/s", "p50 ms", "p99 ms", "server CPU s/1,000", "database CPU s/1,000")


@dataclass(frozen=True, slots=True)
class Side:
    """One of those that are compared."""

    server: Contestant
    method: str
    """As gRPC has it: `/package.Service/Method`."""
    messages: Messages


def compare(stage: Stage, loader: Loader, sides: Iterable[Side], drive: Drive, *, rounds: int) -> list[Cost]:
    """Drive the sides in turn, round after round: what else the machine does falls upon all of them."""
    pairs = [(side, Cost()) for side in sides]
    for _ in range(rounds):
        for side, cost in pairs:
            _add(cost, stage, loader, side, drive)
    return [cost for _, cost in pairs]


def _add(cost: Cost, stage: Stage, loader: Loader, side: Side, drive: Drive) -> None:
    marks: list[tuple[float, float]] = []
    postmaster = stage.postmaster_pid

    def mark() -> None:
        marks.append((cpu_seconds(side.server.pid), family_cpu_seconds(postmaster)))

    outcome = loader.drive(side.server, side.method, side.messages(), drive, begun=mark, ended=mark)
    (server, database), (server_after, database_after) = marks
    cost.outcomes.append(outcome)
    cost.server_cpu += server_after - server
    cost.database_cpu += database_after - database
