"""The search of users: substrings, ranked, in projects of any size.

A page is the first matches by rank and id. If many users match, a walk through the users in the order of
their ids meets enough of them early, and collecting all matches would take long. If few match, the walk would
be long, and the trigram index leads straight to them. The planner cannot tell which it is: it knows patterns
only from a sample of all projects together, and not that the matches may all have been created last. So every
search begins with a glance at the first users; if any of them matches, it walks on for a bounded time; and if
that does not fill the page, the index is asked for all the matches of the ranks that are short.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from operator import and_
from typing import Any, Final

from peewee import SQL, Case, Expression, Tuple

from server.store.database import Database, Row
from server.store.statements import P, Parameter, compiled
from server.store.user_lists import filtered
from server.store.users import USER_COLUMNS, U

WALKED_PER_ROW = 200
"""Users that the walk looks at, for each row of the page. About as many as make a walk in vain as dear as
collecting the matches that are just too rare for it."""
MOST_WALKED = 40_000
GLANCE = 0.1
"""The part of the walk that needs to meet a match, or the rest is spared."""

# `search_text` holds one folded field a line: a line feed, then email, given name, family name, middle
# name, display name, phone number and every login id, each with a line feed behind it. A field that is not
# empty has a letter at both ends, which trigrams hold. So '%ªab%' is "a field begins with ab", and one index
# serves every kind of match. Folding turns these letters into others: no field and no query has them.
EDGE: Final = "\N{FEMININE ORDINAL INDICATOR}"
RARE_EDGE: Final = "\N{MASCULINE ORDINAL INDICATOR}"
"""Stands before punctuation, with which an EDGE makes no trigram: a search for `@example.com`, with which no
field begins, would have to look at everybody who has it. The plus of phone numbers is not so rare."""


def edged(field: str) -> str:
    """A folded field as `search_text` holds it."""
    return f"{_opening(field)}{field}{EDGE}" if field else ""


def _opening(text: str) -> str:
    return EDGE if text[0].isalnum() or text[0] == "+" else RARE_EDGE


_LINE: Final = '(chr(10) || split_part("u"."search_text", chr(10), {}) || chr(10))'
HAYSTACKS: Final[dict[str, Any]] = {
    "ALL": U.search_text,
    "EMAIL": SQL(_LINE.format(2)),
    "GIVEN_NAME": SQL(_LINE.format(3)),
    "FAMILY_NAME": SQL(_LINE.format(4)),
    "MIDDLE_NAME": SQL(_LINE.format(5)),
    "DISPLAY_NAME": SQL(_LINE.format(6)),
    "PHONE_NUMBER": SQL(_LINE.format(7)),
    "LOGIN_ID": SQL(r"""regexp_replace("u"."search_text", '^(\n[^\n]*){6}', '')"""),
}

_ESCAPE: Final = re.compile(r"[\\%_]")

# What gives a pattern a trigram: three letters or digits in a row, or fewer at the edge of a word.
_TRIGRAM: Final = re.compile(r"[^\W_]{3}|[^\W_]{2}[\W_]|[\W_][^\W_]")

_EXACT, _PREFIX, _WORDS = range(3)
"""The ranks: a field is the query, a field begins with it, every word of it stands somewhere."""


def _like(field: str, *patterns: str, indexed: bool = True) -> Any:
    """Whether a field is like all of these patterns.

    The index knows `search_text` alone, so that is asked too. Patterns without trigrams are not to be
    `indexed`: for them a scan of the index would be a detour.
    """
    texts = [U.search_text if indexed else SQL("""("u"."search_text" || '')""")]
    if field != "ALL":
        texts.append(HAYSTACKS[field])
    likes = (Expression(text, "LIKE", Parameter(pattern)) for text in texts for pattern in patterns)
    return reduce(and_, likes)


@lru_cache(maxsize=512)
def _statement(filters: frozenset[str], field: str, words: int, after: bool, indexed: bool) -> str:
    kinds = {
        _EXACT: _like(field, "exact"),
        _PREFIX: _like(field, "prefix"),
        _WORDS: _like(field, *(f"word_{n}" for n in range(words)), indexed=indexed),
    }
    rank = Case(None, [(kinds[_EXACT], _EXACT), (kinds[_PREFIX], _PREFIX)], _WORDS)
    asked = filtered(filters)
    counts = ", ".join(f"count(*) FILTER (WHERE rank <= {best}) AS up_to_{best}" for best in kinds)
    tables = {"walk": _walk([*asked, kinds[_WORDS]], rank, after), "met": f"SELECT {counts} FROM walk"}
    for worst, matches in kinds.items():
        # Of the rank that fills the page, what the walk met is enough; those before must be whole.
        when = f"(SELECT up_to_{worst} FROM met) < %(limit)s"
        if worst < _WORDS:
            when += f" AND (SELECT up_to_{worst + 1} FROM met) >= %(limit)s"
        tables[f"found_{worst}"] = _found(when, [*asked, matches], rank, worst, after)
    sources = " UNION ".join(f"TABLE {name}" for name in tables if name != "met")
    tables["hits"] = f"SELECT * FROM ({sources}) AS hit ORDER BY rank, user_id LIMIT %(limit)s"
    page = compiled(
        U.select(*USER_COLUMNS.values(), SQL("hits.rank"))
        .from_(SQL("hits"), U)
        .where(U.project_id == P.project_id, U.user_id == SQL("hits.user_id"))
        .order_by(SQL("hits.rank"), U.user_id)
    )
    # Materialized: each is to be planned by itself, not as a way to the first rows of the page.
    return f"WITH {', '.join(f'{name} AS MATERIALIZED ({sql})' for name, sql in tables.items())} {page}"


def _walk(conditions: list[Any], rank: Any, after: bool) -> str:
    """The matches among the next users by id."""

    def met(*behind: Any) -> str:
        def ahead(users: Any) -> Any:
            rows = U.select().where(U.project_id == P.project_id, *behind).order_by(U.user_id).limit(users)
            return SQL(f'({compiled(rows)}) AS "u"')

        glance = compiled(U.select(SQL("1")).from_(ahead(P.glance)).where(*conditions))
        matches = U.select(U.user_id, rank.alias("rank")).from_(ahead(P.walk))
        return compiled(matches.where(SQL(f"EXISTS ({glance})"), *conditions))

    if not after:
        return met()
    # The rank of the last row goes on behind it; the ranks after that one begin anew.
    return f"""
        SELECT * FROM ({met(U.user_id > P("after_id", "uuid"))}) AS same WHERE rank = %(after_rank)s
        UNION ALL
        SELECT * FROM ({met()}) AS later WHERE rank > %(after_rank)s AND %(after_rank)s < {_WORDS}"""


def _found(when: str, conditions: list[Any], rank: Any, worst: int, after: bool) -> str:
    """All matches up to the worst rank, from the index; none if it is not to be asked."""
    if after:
        when += f" AND %(after_rank)s <= {worst}"
        conditions = [*conditions, Tuple(rank, U.user_id) > Tuple(P.after_rank, P("after_id", "uuid"))]
    return compiled(U.select(U.user_id, rank.alias("rank")).where(SQL(when), *conditions))


def search_users(
    database: Database,
    filters: frozenset[str],
    field: str,
    words: Sequence[str],
    parameters: Mapping[str, Any],
) -> list[Row]:
    """A page of users of whom `field` (a key of `HAYSTACKS`) holds every one of the folded `words`.

    Each row has its rank behind the user's columns: 0 for a field that is the whole query, 1 for one
    that begins with it, 2 for the rest. `parameters` as for `list_users`, with after_rank and after_id.
    """
    patterns = _patterns(words)
    indexed = any(_TRIGRAM.search(word) for word in words)
    statement = _statement(filters, field, len(words), "after_id" in parameters, indexed)
    walk = min(WALKED_PER_ROW * parameters["limit"], MOST_WALKED)
    values = {**parameters, **patterns, "walk": walk, "glance": int(walk * GLANCE)}
    return database.all(statement, values, prepare=False)


def _patterns(words: Sequence[str]) -> dict[str, str]:
    opening = _opening(words[0])
    # The more of the opening is told, the more the index has to look up: only what it cannot do without.
    if opening != EDGE or not _TRIGRAM.search(opening + words[0]):
        opening = f"\n{opening}"
    escaped = [_ESCAPE.sub(r"\\\g<0>", word) for word in words]
    query = " ".join(escaped)
    return {
        "exact": f"%{opening}{query}{EDGE}%",
        "prefix": f"%{opening}{query}%",
        **{f"word_{number}": f"%{word}%" for number, word in enumerate(escaped)},
    }
