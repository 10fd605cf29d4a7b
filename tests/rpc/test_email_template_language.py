"""EmailTemplateService: what templates may say, what is refused of them, and previews."""

from __future__ import annotations

from typing import Any

import pytest
from roster.v1 import email_template_pb2 as pb
from roster.v1 import email_template_service_pb2 as rpc
from roster.v1 import user_pb2

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.email_requests import PLAIN, preview, read_template, reword, template
from tests.rpc.user_requests import NOBODY, by, created

BUILT_IN = [number for number in rpc.EmailKind.values() if number]
BUILT_IN_TEXT = "{{ user.email }} {{ link.url }}"

HOSTILE = {
    "endless loop": "{% for i in range(10**9) %}x{% endfor %}",
    "loop within loops": "{% for a in 'xxxx' %}{% for b in 'xxxx' %}{{ a }}{% endfor %}{% endfor %}",
    "recursion": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "doubling": "{% set a = 'x' %}{% set a = a ~ a %}{{ a }}",
    "long text": "{{ 'x' * 10**10 }}",
    "great number": "{{ 9**9**9**9 }}",
    "format": "{{ '{0.__class__}'.format(user) }}",
    "printf": "{{ '%1000000000d'|format(1) }}",
    "padding": "{{ user.email|center(1000000000) }}",
    "class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "class of a value": "{{ user.email.__class__ }}",
    "class of a group": "{{ user.__class__ }}",
    "attr": "{{ user.email|attr('__class__') }}",
    "item": "{{ user['__class__'] }}",
    "globals": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "self": "{{ self.__init__.__globals__ }}",
    "lipsum": "{{ lipsum(n=1000) }}",
    "call": "{{ user.email.upper() }}",
    "import": "{% import 'os' as os %}",
    "include": "{% include '/etc/passwd' %}",
    "extends": "{% extends '/etc/passwd' %}",
    "unescaped": "{{ user.given_name|safe }}",
    "autoescape": "{% autoescape false %}{{ user.given_name }}{% endautoescape %}",
    "unknown value": "{{ user.password }}",
    "unknown group": "{{ config.secret_key }}",
    "a group": "{{ user }}",
    "open": "{{ user.email",
    "no end": "{% if user.email %}",
    "wrong type": "{{ user.email|truncate('a') }}",
    "nested": "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "nested blocks": "{% if 1 %}" * 2_000 + "{% endif %}" * 2_000,
    "many joined": "{{ " + " ~ ".join(["action.comment"] * 200) + " }}",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_of_the_language_is_refused_naming_the_text(
    server: Running, client: Client, source: str
) -> None:
    """Whichever text it stands in, on creation, update and preview; nothing is stored."""
    made = template(client)
    before = contents(server.url)
    fields: dict[str, dict[str, Any]] = {
        "content.html": {"content": pb.EmailContent(subject="x", html=source)},
        "content.text": {"content": pb.EmailContent(subject="x", text=source)},
        "localized_contents.de.html": {
            "localized_contents": {"de": pb.EmailContent(subject="x", html=source)}
        },
    }
    if len(source) <= 500:
        in_subject = pb.EmailContent(subject=source, text="x")
        fields["localized_contents.de.subject"] = {"localized_contents": {"de": in_subject}}

    for field, values in fields.items():
        shown = pb.EmailTemplate(**{"content": PLAIN, **values})
        for call in (
            lambda values=values: template(client, "Hostile", **values),
            lambda values=values: reword(client, made, **values),
            lambda shown=shown: preview(client, email_template=shown),
        ):
            with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
                call()
            assert error.value.fields == [f"email_template.{field}"]
    assert contents(server.url) == before


def test_all_problems_are_told_at_once(client: Client) -> None:
    """Each with its text, and with a line."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        template(
            client,
            content=pb.EmailContent(subject=" ", text="\n{{ nothing }}"),
            localized_contents={"de": pb.EmailContent(subject="x")},
        )

    told = {each.field: each.description for each in error.value.details["BadRequest"].field_violations}
    assert told == {
        "email_template.content.subject": "is required",
        "email_template.content.text": "line 2: 'nothing' is not given",
        "email_template.localized_contents.de.text": "or html is required",
    }


def test_all_between_braces_is_bounded(client: Client) -> None:
    """It is what takes time to read; other text is not."""
    much = pb.EmailContent(subject="x", text="x" * 100_000, html="<p>{{ user.email }}</p>" * 4_000)

    template(client, content=much)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        template(client, "Other", content=much, localized_contents={"de": much})
    assert error.value.fields == ["email_template"]


def test_everything_that_is_given_can_be_said(client: Client) -> None:
    """Through filters, conditions and comparisons."""
    source = (
        "{# a comment #}{% if user.locale == 'de' or action.phase in ('end', 'cancel') %}"
        "{{ user.given_name|default('you')|upper }} {{ link.url }} {{ link.expires_in }}"
        "{% elif login is defined %}{{ login.time ~ ' ' ~ login.ip_address }}{% else %}-{% endif %}"
        " {% raw %}{{ raw }}{% endraw %} {{ action.comment|truncate(4) if action.comment else '' }}"
    )

    made = template(client, content=pb.EmailContent(subject="x", text=source))

    german, english = (
        preview(client, email_template_id=made.email_template_id, locale=locale).text
        for locale in ("de", "en")
    )
    assert german == "ADA https://example.com/?token=example 1 Tag {{ raw }} A..."
    assert english.startswith("January 31, 2030")
    assert english.endswith(" UTC 192.0.2.1 {{ raw }} A...")


@pytest.mark.parametrize("kind", BUILT_IN)
@pytest.mark.parametrize("locale", ["en", "de-AT", "fr"])
def test_built_in_wordings_escape_what_people_say(client: Client, kind: int, locale: str) -> None:
    """In HTML, and nowhere else; whatever the name is."""
    name = "<b>\"Bobby\" & {{ 7*7 }} 'Tables'</b>"
    bobby = created(client, email="bobby@example.com", display_name=name)

    shown = preview(client, built_in=kind, locale=locale, by=by(user_id=bobby.user_id))

    assert name in shown.text
    assert "&lt;b&gt;&#34;Bobby&#34; &amp; {{ 7*7 }} &#39;Tables&#39;&lt;/b&gt;" in shown.html
    assert "<b>" not in shown.html
    assert shown.subject
    assert ("Guten Tag" in shown.text) == (locale == "de-AT")
    for away in ("<script", "<img", "url(", "@import", "<link", "src="):
        assert away not in shown.html


def test_links_of_built_in_wordings_stand_in_text_and_html(client: Client) -> None:
    """Those of the kinds with one; in the preview they lead nowhere."""
    with_link = {
        kind
        for kind in BUILT_IN
        if all(
            "https://example.com/?token=example" in said
            for shown in [preview(client, built_in=kind)]
            for said in (shown.text, shown.html)
        )
    }

    assert with_link == {
        rpc.EMAIL_KIND_VERIFICATION,
        rpc.EMAIL_KIND_PASSWORD_RESET,
        rpc.EMAIL_KIND_INVITATION,
        rpc.EMAIL_KIND_SIGN_UP,
    }


def test_language_is_the_best_match_for_the_locale(client: Client) -> None:
    """That of the request before that of the user; what matches none has the content for all others."""
    german = created(client, email="g@example.com", locale="de-AT")
    made = template(
        client,
        content=pb.EmailContent(subject="English", text="x"),
        localized_contents={
            tag: pb.EmailContent(subject=tag, text="{{ link.expires_in }}") for tag in ("de", "pt-BR")
        },
    )

    def subject(locale: str = "", user: user_pb2.User | None = None) -> str:
        ref = by(user_id=user.user_id) if user else None
        shown = preview(client, email_template_id=made.email_template_id, locale=locale, by=ref)
        return str(shown.subject)

    assert subject() == "English"
    assert subject(user=german) == "de"
    assert subject("fr", german) == "English"
    assert subject("pt-BR", german) == "pt-BR"
    assert preview(client, email_template_id=made.email_template_id, locale="de-CH").text == "1 Tag"


def test_text_is_made_of_html_where_there_is_none(client: Client) -> None:
    """With where the links lead; what is not shown is not told."""
    html = (
        "<html><head><title>No</title><style>p {}</style></head><body><h1>Hello   {{ user.given_name }}</h1>"
        "<p>One<br>two &amp; <b>three</b></p><ul><li>a</li><li>b</li></ul>"
        '<a href="{{ link.url }}">Click</a></body></html>'
    )

    shown = preview(client, email_template=pb.EmailTemplate(content=pb.EmailContent(subject="x", html=html)))

    assert shown.text == (
        "Hello Ada\n\nOne\ntwo & three\n\n- a\n\n- b\n\nClick (https://example.com/?token=example)"
    )


def test_subject_is_one_line_whatever_people_are_called(client: Client) -> None:
    """Nothing in it ends a header, or turns the writing round."""
    eve = created(client, email="eve@example.com", display_name="Eve\r\nBcc: x@example.com\u2028\u202ez\x7f")

    shown = preview(
        client,
        email_template=pb.EmailTemplate(content=pb.EmailContent(subject="{{ user.display_name }}", text="x")),
        by=by(user_id=eve.user_id),
    )

    assert shown.subject == "Eve Bcc: x@example.com z"


def test_preview_shows_what_is_there(client: Client, other_project: Client) -> None:
    """Of the project and the user; neither is in another project."""
    ann = created(client, email="ann@example.com", given_name="Ann")
    made = template(client, content=pb.EmailContent(subject="{{ user.given_name }}", text=BUILT_IN_TEXT))

    shown = preview(client, email_template_id=made.email_template_id, by=by(user_id=ann.user_id))
    assert (shown.subject, shown.text) == ("Ann", "ann@example.com https://example.com/?token=example")
    assert preview(client, email_template_id=made.email_template_id).subject == "Ada"
    with refused("NOT_FOUND", "EMAIL_TEMPLATE_NOT_FOUND"):
        preview(other_project, email_template_id=made.email_template_id)
    with refused("NOT_FOUND", "EMAIL_TEMPLATE_NOT_FOUND"):
        preview(client, email_template_id=NOBODY)
    for nobody in (by(user_id=NOBODY), by(email="nobody@example.com")):
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            preview(client, email_template_id=made.email_template_id, by=nobody)
    assert read_template(client, made.email_template_id) == made
