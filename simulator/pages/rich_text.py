"""Turns the HTML of notes and tasks, which anyone may have written, into HTML that is safe to show inside a page.

An allow-list: known formatting tags survive without attributes, links keep an http, https or mailto address, everything else
becomes text or, for scripts and the like, nothing. Tags are always balanced.
"""

from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from markupsafe import Markup

_TAGS = frozenset(
    {"p", "div", "span", "b", "strong", "i", "em", "u", "s", "small", "ul", "ol", "li", "blockquote", "pre", "code"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "a", "dl", "dt", "dd"}
)
_VOID_TAGS = frozenset({"br", "hr"})
_SWALLOWED = frozenset(
    {"script", "style", "iframe", "object", "embed", "template", "title", "textarea", "noscript", "svg", "math", "select"}
)
_LINK_SCHEMES = frozenset({"http", "https", "mailto"})
# Headings of a note must not outrank the page's own.
_RENAMED = {"h1": "h4", "h2": "h4", "h3": "h4", "h4": "h5", "h5": "h6"}


def clean_html(text: str) -> Markup:
    """Safe, balanced HTML with the text's formatting."""
    cleaner = _Cleaner()
    cleaner.feed(text)
    cleaner.close()
    return Markup(cleaner.finish())  # noqa: S704 - built from an allow-list, every other character escaped


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []
        self._swallowing: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SWALLOWED:
            self._swallowing.append(tag)
        elif self._swallowing:
            return
        elif tag in _VOID_TAGS:
            self._out.append(f"<{tag}>")
        elif tag in _TAGS:
            name = _RENAMED.get(tag, tag)
            self._out.append(f"<{name}{_link(attrs) if tag == 'a' else ''}>")
            self._open.append(name)

    def handle_endtag(self, tag: str) -> None:
        if self._swallowing:
            if tag == self._swallowing[-1]:
                self._swallowing.pop()
            return
        name = _RENAMED.get(tag, tag)
        if name in self._open:
            while self._close_last() != name:
                pass

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SWALLOWED:
            self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if not self._swallowing:
            self._out.append(escape(data))

    def finish(self) -> str:
        while self._open:
            self._close_last()
        return "".join(self._out)

    def _close_last(self) -> str:
        name = self._open.pop()
        self._out.append(f"</{name}>")
        return name


def safe_link(address: str) -> str | None:
    """The address when it is one a page may link to, else None."""
    try:
        scheme = urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return None
    return address.strip() if scheme in _LINK_SCHEMES else None


def _link(attrs: list[tuple[str, str | None]]) -> str:
    address = safe_link(dict(attrs).get("href") or "")
    return f' href="{escape(address)}" rel="noopener noreferrer nofollow"' if address else ""
