"""The form of a connection: flat fields, as browsers send them, to and from its settings."""

import re
from typing import Any

from parvis.core.errors import Invalid
from parvis.core.i18n import N_
from parvis.features.identity.claims import CLAIMS
from parvis.features.identity.connections.queries import ConnectionView

TICKED = ("algorithms", "admission_groups")
LISTED = ("admission_domains", "trust_frameworks")
SWITCHES = ("name_authority", "texts_as_booleans")
# What a new connection begins with.
BLANK: dict[str, Any] = {
    "auth_method": "client_secret_basic",
    "algorithms": ["RS256", "ES256"],
    "profile": "standard",
    "scope": "openid profile email",
    "assertion_algorithm": "ES256",
    "assertion_audience": "token_endpoint",
    "pkce": "advertised",
    "external_id_claim": "sub",
    "admission": "invite_only",
    "position": "0",
}
_BETWEEN = re.compile(r"[\s,;]+")


def settings_of(fields: dict[str, Any], locales: tuple[str, ...]) -> dict[str, Any]:
    """Return what a sent form says, in the shape of ConnectionInput.

    Errors: Invalid for lines of the assurance map that are none.
    """
    plain = {name: value for name, value in fields.items() if "." not in name}
    plain["label"] = _mapped(fields, "label", locales)
    plain["claim_map"] = _mapped(fields, "claim", CLAIMS)
    plain["acr_map"] = _assurances(str(fields.get("acr_map", "")))
    for name in TICKED:
        plain[name] = as_list(fields.get(name))
    for name in LISTED:
        plain[name] = [one for one in _BETWEEN.split(str(fields.get(name, ""))) if one]
    for name in SWITCHES:
        plain[name] = name in fields
    return plain


def typed_from(view: ConnectionView) -> dict[str, Any]:
    """Return a connection's settings as its form shows them."""
    typed = {name: getattr(view, name) for name in ("slug", "issuer", "client_id", *BLANK)}
    typed |= {name: list(getattr(view, name)) for name in TICKED}
    typed |= {name: "\n".join(getattr(view, name)) for name in LISTED}
    typed |= {name: "1" for name in SWITCHES if getattr(view, name)}
    typed |= {f"label.{code}": text for code, text in view.label.items()}
    typed |= {f"claim.{ours}": theirs for ours, theirs in view.claim_map.items()}
    typed["acr_map"] = "\n".join(f"{theirs} = {ours}" for theirs, ours in view.acr_map.items())
    return typed


def as_list(value: Any) -> list[Any]:
    """Return what was ticked: nothing, once, or several times."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _mapped(fields: dict[str, Any], prefix: str, names: tuple[str, ...]) -> dict[str, Any]:
    found = {name: fields.get(f"{prefix}.{name}") for name in names}
    return {name: value for name, value in found.items() if value}


def _assurances(text: str) -> dict[str, str]:
    """Return the map that lines such as `urn:example:2fa = strong` write."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        # The provider's word may hold an equals sign itself; ours is the last.
        theirs, between, ours = (part.strip() for part in line.rpartition("="))
        if not between or not theirs or ours not in ("basic", "strong"):
            message = N_("Write one a line: the provider’s word = basic, or = strong.")
            raise Invalid(fields={"acr_map": message})
        found[theirs] = ours
    return found
