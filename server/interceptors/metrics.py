"""Counts and times every call, for Prometheus."""

from __future__ import annotations

import time
from functools import cache
from typing import Final

from prometheus_client import Counter, Histogram

from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor

CALLS: Final = Counter("roster_calls", "Calls that have ended.", ["method", "code"])
SECONDS: Final = Histogram(
    "roster_call_seconds",
    "Seconds that calls took on the server.",
    ["method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)

# To find the series of its labels costs more than to count.
_calls = cache(CALLS.labels)
_seconds = cache(SECONDS.labels)


class Metrics(Interceptor):
    """Counts refused calls too."""

    def enter(self, call: Call, method: Method) -> float:
        return time.perf_counter()

    def leave(self, call: Call, method: Method, entered: float, error: BaseException | None) -> None:
        _seconds(method.name).observe(time.perf_counter() - entered)
        _calls(method.name, call.code).inc()
