"""Members' Markdown, made into HTML that is safe to show. The only sanitiser there is."""

import re

import nh3
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "del", "hr"}
_markdown = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True}).disable(
    ["image", "heading", "lheading", "table"]
)
_spaces = re.compile(r"\s+")


def to_html(markdown: str) -> str:
    """Return `markdown` as HTML of the allow-list only.

    Raw HTML is shown as text; no id, class, style, image or `hx-*` survives; links open with
    `nofollow ugc`.
    """
    return nh3.clean(
        _markdown.render(markdown),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener noreferrer",
    )


def plain(markdown: str) -> str:
    """Return the words of `markdown` without marks, on one line."""
    words = nh3.clean(_markdown.render(markdown), tags=set())
    unescaped = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _spaces.sub(" ", unescaped).strip()


def excerpt(markdown: str, length: int) -> str:
    """Return at most `length` characters of `plain`, cut between words, with an ellipsis."""
    words = plain(markdown)
    if len(words) <= length:
        return words
    return words[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
