"""The charter that a community's draft is begun with where it has none yet."""

import tomlkit

from parvis.features.workshop.rules import Scope

_TITLES = {"fr": "Charte de {title}", "en": "Charter of {title}"}
_PREAMBLES = {
    "fr": "Ce qui suit s’ajoute à la charte de l’espace, pour cette communauté seule.",
    "en": "What follows adds to the charter of the space, for this community alone.",
}
_CLAUSES = {
    "title": {"fr": "L’objet de la communauté", "en": "What the community is about"},
    "text": {"fr": "Dites ici ce dont on parle.", "en": "Say here what is talked about."},
}


def model_of(scope: Scope) -> str:
    """Return a first text for a charter: sound, short, and made to be written over."""
    locales = [locale for locale in scope.tenant.locales if locale in _TITLES]
    title = scope.title or scope.tenant.name
    lines = ["format = 1", f"locales = {_toml(locales)}", ""]
    lines += [f"title.{one} = {_toml(_TITLES[one].format(title=title))}" for one in locales]
    lines += [f"preamble.{one} = {_toml(_PREAMBLES[one])}" for one in locales]
    lines += ["", "[version]", 'change = "material"', "", "[[clause]]", 'id = "purpose"']
    for key, texts in _CLAUSES.items():
        lines += [f"{key}.{one} = {_toml(texts[one])}" for one in locales]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    return tomlkit.item(value).as_string()
