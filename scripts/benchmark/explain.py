"""`scripts/explain`: proves by EXPLAIN that a page of users reads few rows, whatever it is filtered by.

Seeds users, lists them by each filter alone and by some together, and prints the index that each plan leans
on, the rows it reads (those included that belong to the users on the page) and its milliseconds. Fails if a
plan reads the table of users from end to end, or more rows than are allowed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from scripts.benchmark.belongings import RARE, give
from scripts.benchmark.conditions import conditions
from scripts.benchmark.report import heading, print_table
from scripts.benchmark.seeding import emails, sample, seed
from scripts.benchmark.stage import Installation, Stage, stage
from server.domain.caller import COMMAND_LINE, Caller
from server.domain.paging import PageRequest, PageToken
from server.domain.user_lists import UserFilter, UserLists
from server.store.database import Database, Row

_USERS: Final = 1_000_000
_MOST_READ: Final = 200_000
_LISTED: Final = 'FROM "users" AS "u"'


@dataclass(frozen=True, slots=True)
class Plan:
    """What became of one statement."""

    index: str
    """The index that most rows were read from."""
    read: int
    """Rows of tables and indexes that were looked at, those included that were thrown away."""
    milliseconds: float
    whole_table: bool
    """Whether the users were read from end to end."""


class Explained(Database):
    """A store that explains lists of users instead of answering them."""

    plan: Plan

    def all(self, sql: str, parameters: Mapping[str, Any], *, prepare: bool = True) -> list[Row]:
        if _LISTED not in sql:
            return super().all(sql, parameters, prepare=prepare)
        ((told,),) = super().all(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters)
        (top,) = json.loads(told) if isinstance(told, str) else told
        self.plan = _plan_of(top)
        return []


def _plan_of(top: Mapping[str, Any]) -> Plan:
    scans = [node for node in _nodes(top["Plan"]) if "Scan" in node["Node Type"]]
    # What is read of each user on the page says nothing of how the page was found.
    indexed = [node for node in _nodes(top["Plan"], "SubPlan") if "Index Name" in node]
    most = max(indexed, key=_read, default={"Index Name": "none"})
    return Plan(
        index=most["Index Name"],
        read=sum(_read(node) for node in scans),
        milliseconds=float(top["Execution Time"]),
        whole_table=any(
            node["Node Type"] == "Seq Scan" and node.get("Relation Name") == "users" for node in scans
        ),
    )


def _nodes(node: Mapping[str, Any], but: str = "") -> Iterator[Mapping[str, Any]]:
    """The parts of a plan, those not included that stand in this relation to others."""
    yield node
    for inner in node.get("Plans", ()):
        if inner["Parent Relationship"] != but:
            yield from _nodes(inner, but)


def _read(node: Mapping[str, Any]) -> int:
    removed: float = sum(
        node.get(name, 0)
        for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter")
    )
    rows: float = (node["Actual Rows"] + removed) * node["Actual Loops"]
    return round(rows)


def main() -> None:
    options = _arguments()
    with stage() as where:
        installation = where.install("explained")
        project_id = installation.credentials.project_id
        with installation.connect() as connection:
            seed(connection, project_id, options.users)
            # What is rare stays so among fewer users.
            made = give(connection, project_id, rare=min(RARE, max(2, options.users // 50)))
            known = (sample(connection, 100), emails(connection, 100))
        heading(f"A page of 50 among {options.users:,} users; at most {options.most_read:,} rows may be read")
        failed = _explain_all(where, installation, conditions(made, *known), options.most_read)
    if failed:
        print(f"scripts/explain: {len(failed)} read too much: {', '.join(failed)}", file=sys.stderr)
        sys.exit(1)


def _explain_all(
    where: Stage, installation: Installation, asked: Mapping[str, tuple[UserFilter, str]], most_read: int
) -> list[str]:
    database = Explained(installation.url, replace(where.config, call_timeout=120.0))
    caller = Caller(installation.credentials.project_id, "", COMMAND_LINE, b"")
    page = PageRequest(PageToken(b"", b""))
    rows, failed = [], []
    for name, (wanted, order) in asked.items():
        column, _, direction = order.partition(" ")
        UserLists(database).list(caller, wanted, column, direction == "desc", page)
        plan = database.plan
        good = not plan.whole_table and plan.read <= most_read
        if not good:
            failed.append(name)
        verdict = "" if good else "SEQUENTIAL" if plan.whole_table else "TOO MANY"
        rows.append((name, order, plan.index, f"{plan.read:,}", plan.milliseconds, verdict))
    database.close()
    print_table(("filter", "order", "index", "rows read", "ms", ""), rows, left=(0, 1, 2, 5))
    return failed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/explain", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, default=_USERS, help="users to seed (%(default)s)")
    parser.add_argument(
        "--most-read", type=int, default=_MOST_READ, help="rows a page may read (%(default)s)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
