"""The text of an email that has HTML alone."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

# Those that do not begin another line.
_IN_LINE: Final = re.compile(
    r"a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|img|ins|kbd|label|mark|q|s|samp|small|span|strike|strong"
    r"|sub|sup|time|tt|u|var|wbr"
)
_UNSEEN: Final = frozenset(("head", "script", "style", "template", "title"))


def plain_text(html: str) -> str:
    """What HTML says, paragraph by paragraph; links are followed by where they lead."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.said).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._unseen = 0
        self._links: list[tuple[str, int]] = []
        """Where those lead that are open, and where their texts begin."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.said.append("\n")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.said)))
        elif not _IN_LINE.fullmatch(tag):
            self.said.append("\n\n- " if tag == "li" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "a" and self._links:
            leads_to, begin = self._links.pop()
            shown = "".join(self.said[begin:]).strip()
            if leads_to and leads_to != shown:
                self.said.append(f" ({leads_to})")
        elif not _IN_LINE.fullmatch(tag):
            self.said.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.said.append(re.sub(r"\s+", " ", data))
