"""Which of some texts a person is given, and durations in words."""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
import pytest
from babel.localedata import locale_identifiers
from hypothesis import given

from server.domain.localizing import duration_in_words, localized

TAGS = sorted(tag.replace("_", "-") for tag in locale_identifiers())


def texts(*tags: str) -> dict[str, str]:
    """Each text says for whom it is."""
    return {tag: f"for {tag}" for tag in tags}


@pytest.mark.parametrize(
    ("tags", "locale", "expected"),
    [
        (["de", "fr"], "de", "de"),
        (["de", "fr"], "de-AT", "de"),
        (["de", "de-AT"], "de-AT", "de-AT"),
        (["de", "de-AT"], "de-CH", "de"),
        (["de-at"], "DE-AT", "de-at"),
        (["de_AT"], "de-AT", "de_AT"),
        (["de"], "de-AT-1996", "de"),
        (["de", "de-1996"], "de-1996", "de-1996"),
        (["zh", "zh-Hant"], "zh-Hant-TW", "zh-Hant"),
        (["zh", "zh-Hant"], "zh-TW", "zh-Hant"),
        (["zh", "zh-TW"], "zh-Hant-TW", "zh-TW"),
        (["zh", "zh-Hant", "zh-Hant-TW"], "zh-TW", "zh-Hant-TW"),
        (["zh", "zh-Hant"], "zh-CN", "zh"),
        (["zh-Hans", "zh-Hant"], "zh-SG", "zh-Hans"),
        (["sr-RS"], "sr-Latn-RS", None),
        (["pt-BR", "pt-PT"], "pt", "pt-PT"),
        (["nb"], "no", "nb"),
        (["en", "fr"], "de", None),
        (["qq"], "qq-ZZ", "qq"),
        (["de"], "", None),
        ([], "de", None),
    ],
)
def test_text_that_matches_best(tags: list[str], locale: str, expected: str | None) -> None:
    """The longest tag that is a beginning of the person's; none of another language or script."""
    assert localized(texts(*tags), locale) == ("" if expected is None else f"for {expected}")


tags = st.sampled_from(TAGS)
spellings = st.sampled_from([str.lower, str.upper, str.title, str, lambda tag: tag.replace("-", "_")])


@given(st.lists(tags, min_size=1, max_size=8), st.data(), spellings)
def test_text_of_the_very_language_is_given(
    offered: list[str], data: st.DataObject, spelling: object
) -> None:
    """Whatever else there is, in whatever order and spelling."""
    wanted = data.draw(st.sampled_from(offered))
    assert callable(spelling)

    assert localized(texts(*offered), spelling(wanted)).lower() == f"for {wanted}".lower()


@given(st.lists(tags, max_size=8), tags)
def test_what_is_given_is_of_the_person_s_language(offered: list[str], locale: str) -> None:
    """One of the texts or none; if there is one of the bare language, there is always one."""
    chosen = localized(texts(*offered), locale)

    assert chosen == "" or chosen.removeprefix("for ") in offered
    if locale.partition("-")[0] in offered:
        assert chosen.removeprefix("for ").partition("-")[0] == locale.partition("-")[0]


@given(st.lists(tags, max_size=6), tags, st.sampled_from(["", "-x-private", "-1996", "-ZZZ"]))
def test_choice_does_not_depend_on_the_order(offered: list[str], locale: str, more: str) -> None:
    """Nor on how often one asks."""
    offered = sorted(set(offered))

    assert localized(texts(*offered), locale + more) == localized(texts(*reversed(offered)), locale + more)


@given(
    st.from_regex(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", fullmatch=True),
    st.dictionaries(
        st.from_regex(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}", fullmatch=True),
        st.text(min_size=1),
        max_size=5,
    ),
    st.timedeltas(min_value=timedelta(microseconds=1)),
)
def test_any_tag_that_the_contract_takes_is_good(
    locale: str, offered: dict[str, str], duration: timedelta
) -> None:
    """Known or not."""
    assert localized(offered, locale) in {"", *offered.values()}
    assert duration_in_words(duration, locale)


@pytest.mark.parametrize(
    ("duration", "locale", "words"),
    [
        (timedelta(hours=2), "", "2 hours"),
        (timedelta(days=2), "en", "2 days"),
        (timedelta(days=2), "de-AT", "2 Tage"),
        (timedelta(days=1), "DE", "1 Tag"),
        (timedelta(minutes=3), "zh-Hant-TW", "3 分鐘"),
        (timedelta(days=365 * 100), "fr", "100 ans"),
        (timedelta(days=2), "de-XX", "2 Tage"),
        (timedelta(days=2), "qq-QQ", "2 days"),
    ],
)
def test_duration_in_words(duration: timedelta, locale: str, words: str) -> None:
    """In the language of the locale, or of what is known of it; else in English."""
    assert duration_in_words(duration, locale) == words


def test_duration_is_told_in_every_known_language() -> None:
    """None is without words."""
    assert [tag for tag in TAGS if not duration_in_words(timedelta(days=2), tag)] == []
