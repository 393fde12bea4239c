"""Pages from templates: MiniJinja, one environment a theme, nothing undefined, all escaped.

A template is looked for in the tenant's theme, then in the features, then among the shared ones,
so a firm may replace any of them. What a template can call is in `FUNCTIONS` and `FILTERS`; what
every page must be given stands at the top of templates/base.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup
from minijinja import Environment, load_from_path

from parvis.core import crypto, formats, theming
from parvis.core.template_functions import FILTERS, FUNCTIONS, pass_state

PACKAGE = Path(__file__).resolve().parent.parent
BASE_THEME = theming.BASE
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_refuses_none = False
# What stands in a kept fragment where each page has its own nonce and token. Nobody can write
# them: they are made anew with each process, and never leave it.
_NONCE, _TOKEN = crypto.token(), crypto.token()
MOST_KEPT = 2048


def use(themes: Path) -> None:
    """Take the themes from this folder from now on."""
    theming.use_folder(themes)
    environment.cache_clear()
    _fragment.cache_clear()


def render(
    *, theme: str, locale: str, timezone: str, name: str, context: Mapping[str, object]
) -> str:
    """Return the template as text; `.html` templates are escaped, `.txt` ones are not.

    Errors: minijinja.TemplateError for a missing template, an undefined name, a failing call.
    """
    given = {**context, "locale": locale, "timezone": timezone, "theme": theming.theme(theme)}
    html = _plain(environment(theme).render_template(name, **given))
    if _NONCE in html or _TOKEN in html:
        html = html.replace(_NONCE, str(given["nonce"])).replace(_TOKEN, str(given["csrf_token"]))
    return html


def _plain(html: str) -> str:
    # MiniJinja escapes "/" too. Plain it means the same in text and in a quoted attribute.
    return html.replace("&#x2f;", "/")


@pass_state
def kept(state: Any, name: str, view: Any, /, **more: Any) -> Markup:
    """Return the template drawn with `view`, from memory where the same was drawn before.

    `view` and `more` must be all that the drawing depends on, frozen and hashable: they are the
    key, with the tenant, the language and the day, so what is kept can be forgotten but never be
    wrong. Who reads is no part of it: a fragment that asks for `actor` fails.
    """
    locale, timezone = state.lookup("locale"), state.lookup("timezone")
    return _fragment(
        name,
        view,
        tuple(more.items()),
        state.lookup("tenant").id,
        state.lookup("theme").name,
        locale,
        timezone,
        formats.today(timezone),
    )


@lru_cache(maxsize=MOST_KEPT)
def _fragment(  # noqa: PLR0917 -- lru_cache tells keywords from positions, and costs more for them
    name: str,
    view: Any,
    more: tuple[tuple[str, Any], ...],
    _tenant_id: Any,
    theme: str,
    locale: str,
    timezone: str,
    _today: Any,
) -> Markup:
    html = environment(theme).render_template(
        name,
        view=view,
        locale=locale,
        timezone=timezone,
        theme=theming.theme(theme),
        nonce=_NONCE,
        csrf_token=_TOKEN,
        **dict(more),
    )
    return Markup(html)  # noqa: S704 -- escaped by the environment, as every template is


@lru_cache
def environment(theme: str) -> Environment:
    """Return the environment whose templates a theme may override."""
    made = Environment(
        globals={**FUNCTIONS, "kept": kept},
        filters=FILTERS,
        loader=_loader([theming.theme(theme).templates, *template_folders()]),
        undefined_behavior="strict",
        auto_escape_callback=lambda name: name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    if _refuses_none:
        made.finalizer = _not_none
    return made


def refuse_none() -> None:
    """Make printing None an error from now on, for tests and development: MiniJinja says "none".

    Looking at every value that is printed takes a third of a page's time, hence not in production.
    """
    global _refuses_none  # noqa: PLW0603  -- one process, one way to render
    _refuses_none = True
    environment.cache_clear()
    _fragment.cache_clear()


def template_folders() -> list[Path]:
    """Return every folder of templates that ships with Parvis, features first."""
    return [*sorted(PACKAGE.glob("features/*/templates")), PACKAGE / "templates"]


def _loader(folders: list[Path]) -> Callable[[str], str | None]:
    read = load_from_path(folders)

    def load(name: str) -> str | None:
        source: str | None = read(name)
        if source is None or not name.endswith(".html"):
            return source
        # Indentation is for who reads the template: a page of 20 cards has kilobytes of it.
        return _INDENTATION.sub("", source)

    return load


def _not_none(value: object) -> object:
    if value is None:
        raise ValueError("a template prints None: give it another value, or say `or`")
    return value
