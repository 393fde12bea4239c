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

from minijinja import Environment, load_from_path

from parvis.core import theming
from parvis.core.template_functions import FILTERS, FUNCTIONS

PACKAGE = Path(__file__).resolve().parent.parent
BASE_THEME = theming.BASE
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_refuses_none = False


def use(themes: Path) -> None:
    """Take the themes from this folder from now on."""
    theming.use_folder(themes)
    environment.cache_clear()


def render(
    *, theme: str, locale: str, timezone: str, name: str, context: Mapping[str, object]
) -> str:
    """Return the template as text; `.html` templates are escaped, `.txt` ones are not.

    Errors: minijinja.TemplateError for a missing template, an undefined name, a failing call.
    """
    given = {**context, "locale": locale, "timezone": timezone, "theme": theming.theme(theme)}
    html: str = environment(theme).render_template(name, **given)
    # MiniJinja escapes "/" too. Plain it means the same in text and in a quoted attribute.
    return html.replace("&#x2f;", "/")


@lru_cache
def environment(theme: str) -> Environment:
    """Return the environment whose templates a theme may override."""
    made = Environment(
        globals=FUNCTIONS,
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
