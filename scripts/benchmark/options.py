"""How much is measured, and how long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line can say."""

    users: int = 100_000
    few_users: int = 10_000
    """Users of the installation that `users` are compared with."""
    calls: int = 100_000
    """Calls over which memory is watched."""
    starts: int = 5
    events: int = 50_000
    """Events that one watcher is told."""
    watchers: int = 200
    """Watchers who hear nothing."""
    batch_users: int = 200_000
    """Users that come and go in streams."""
    rounds: int = 4
    """Drives of each side, in turn."""
    seconds: float = 2.0
    """Length of a drive."""
    warm_up: float = 0.5
    """Seconds of a drive before those that count."""
    compiled: bool = True
    """Whether to use the compiled load generator where it can be had."""
