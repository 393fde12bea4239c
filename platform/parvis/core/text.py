"""Members' Markdown, made into HTML that is safe to show. The only sanitiser there is."""

import re

import nh3
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "del", "hr"}
_OPTIONS = {"html": False, "linkify": False, "breaks": True}
_OFF = ["image", "heading", "lheading", "table"]
_markdown = MarkdownIt("js-default", _OPTIONS).disable(_OFF)
_linkless = MarkdownIt("js-default", _OPTIONS).disable([*_OFF, "link"])
# Each bracket is looked for through the rest of the text: ten thousand of them take half a second.
MOST_BRACKETS = 200
# An excerpt of n characters is made from the first of a text: marks and addresses take room too.
MARKS = 8
_spaces = re.compile(r"\s+")


def to_html(markdown: str) -> str:
    """Return `markdown` as HTML of the allow-list only.

    Raw HTML is shown as text; no id, class, style, image or `hx-*` survives; links open with
    `nofollow ugc`.
    """
    return nh3.clean(
        _rendered(markdown),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener noreferrer",
    )


def plain(markdown: str) -> str:
    """Return the words of `markdown` without marks, on one line."""
    words = nh3.clean(_rendered(markdown), tags=set())
    unescaped = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _spaces.sub(" ", unescaped).strip()


def excerpt(markdown: str, length: int) -> str:
    """Return at most `length` characters of `plain`, cut between words, with an ellipsis."""
    words = plain(markdown[: MARKS * length])
    if len(words) <= length:
        return words
    return words[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _rendered(markdown: str) -> str:
    engine = _markdown if markdown.count("[") <= MOST_BRACKETS else _linkless
    return str(engine.render(markdown))
