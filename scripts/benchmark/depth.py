"""Whether a call costs more where there are many users: reads, pages far down, searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from scripts.benchmark.cost import HEADINGS, Cost, Side, compare
from scripts.benchmark.load import Drive, Loader
from scripts.benchmark.messages import Messenger, list_users, method, search_users, walk
from scripts.benchmark.options import Options
from scripts.benchmark.processes import Contestant
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.seeding import emails, sample, seed
from scripts.benchmark.stage import Stage, stage
from server.worker import work

_CONNECTIONS: Final = 8
_NAMED_USERS: Final = 50_000
_STRIDE: Final = 1_000
"""Users a page on the way down, the most there can be."""
_DEEP_PAGES: Final = 20
_SEARCHES: Final = 2_000

COMMON: Final = ("mar", "son", "er", "an", "example", "smith", "@mail", "li", "chen", "3020")
"""Substrings that many users have: in their names, their addresses, their phone numbers."""
WORDS: Final = ("maria schmidt", "john mail", "chen li", "anna example.org", "peter weber", "ol an smith")
ABSENT: Final = ("zzzqqq", "nobody.here", "xyzzy@example")


def run(options: Options) -> list[Figure]:
    """Print the costs and return the figures."""
    with stage() as where:
        loader = Loader(where.directory, compiled=options.compiled)
        few = _populated(where, "few", options.few_users)
        many = _populated(where, "many", options.users)
        heading(f"Depth: {options.users:,} users beside {options.few_users:,}, {loader.name}")
        measured = partial(compare, where, loader, rounds=options.rounds)
        usual = Drive(_CONNECTIONS, options.seconds, options.warm_up)
        reads = measured([few.gets(), many.gets()], usual)
        pages = measured([many.pages([""]), many.pages(many.deep_tokens())], usual)
        alone = replace(usual, connections=1)
        searches = {
            what: measured([many.searches(queries)], alone)[0] for what, queries in many.queries().items()
        }
    among = [f"GetUser among {users:,}" for users in (options.few_users, options.users)]
    names = [*among, "ListUsers, first page", "ListUsers, deep page"]
    rows = [(name, _CONNECTIONS, *cost.cells) for name, cost in zip(names, [*reads, *pages], strict=True)]
    rows += [(f"SearchUsers, {what}", 1, *cost.cells) for what, cost in searches.items()]
    print_table(("call", "connections", *HEADINGS), rows)
    return [
        Figure("depth_get", _ratio(reads), f"{options.users:,} and {options.few_users:,}"),
        Figure("depth_list", _ratio(pages), f"{options.users:,} users"),
        *(Figure("search", cost.p50, what) for what, cost in searches.items()),
    ]


def _ratio(costs: Sequence[Cost]) -> float:
    near, far = costs
    return far.both / near.both


@dataclass(frozen=True, slots=True)
class Populated:
    """A service with users in its database."""

    service: Contestant
    messenger: Messenger
    emails: Sequence[str]
    """Some of the users' addresses."""

    def gets(self) -> Side:
        """Reads of one user."""
        return Side(self.service, method("GetUser"), lambda: self.messenger.gets(_NAMED_USERS))

    def pages(self, tokens: Sequence[str]) -> Side:
        """Reads of the pages that these tokens lead to."""
        messages = [list_users(token).SerializeToString() for token in tokens]
        return Side(self.service, method("ListUsers"), lambda: messages)

    def deep_tokens(self) -> list[str]:
        """The tokens of some of the last pages."""
        return walk(self.service, page_size=_STRIDE)[-_DEEP_PAGES:]

    def queries(self) -> dict[str, Sequence[str]]:
        """What to search for, by the kind of it."""
        return {
            "rare": [email[1 : email.index("@")] for email in self.emails],
            "common": COMMON,
            "several words": WORDS,
            "absent": ABSENT,
        }

    def searches(self, queries: Sequence[str]) -> Side:
        """Searches for these queries in turn."""
        messages = [search_users(query).SerializeToString() for query in queries]
        return Side(self.service, method("SearchUsers"), lambda: messages)


def _populated(where: Stage, name: str, users: int) -> Populated:
    installation = where.install(name)
    with installation.connect() as connection:
        seed(connection, installation.credentials.project_id, users)
        named = sample(connection, _NAMED_USERS)
        addresses = emails(connection, _SEARCHES)
    service = where.start(f"service of {name}", work, installation)
    return Populated(service, Messenger(service, named), addresses)
