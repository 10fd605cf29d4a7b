"""Pages for people: one style, no script, nothing from elsewhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from server.web.languages import Language

_STYLE: Final = (resources.files("server.web") / "templates" / "style.css").read_text(encoding="utf-8")
_STYLE_HASH: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

_templates: Final = Environment(
    loader=PackageLoader("server.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    template: str, language: Language, *, status: int = 200, project: str = "", **values: Any
) -> HTMLResponse:
    """A page made of `templates/<template>.html`. `project` is the name of the project that it is about."""
    # The style is hashed as it is: it must not be escaped.
    text = _templates.get_template(f"{template}.html").render(
        language=language.code, t=language.texts, project=project, style=Markup(_STYLE), **values
    )
    headers = {
        "Content-Language": language.code,
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Vary": "Accept-Language",
    }
    return HTMLResponse(text, status, headers)
