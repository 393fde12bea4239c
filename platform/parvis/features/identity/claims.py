"""From a provider's claims to what a member shows: names, capacity, groups. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec

from parvis.core.capacities import CAPACITIES
from parvis.integrations.login import LoginError, Reason, is_true

DEFAULT_CAPACITY = "client"
# Name, e-mail and language go by their standard claims; these count only where they are mapped.
LINES = ("capacity_label", "headline", "firm", "register_number")
# What a connection may map, ours first: nothing else is read of a provider's claims.
CLAIMS = ("name", "email", "email_verified", "locale", "capacity", "groups", *LINES)
MOST_NAME = 200
MOST_LABEL = 300
MOST_FIRM = 120
MOST_REGISTER = 60
MOST_ROLE = 160
MOST_OF = {"firm": MOST_FIRM, "register_number": MOST_REGISTER}
MOST_GROUPS = 200

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What one sign-in says of a person.

    `columns` are the member's columns this connection speaks of, a claim it maps but did not
    send among them as None; `groups` is None where it does not speak of groups at all.
    """

    locale: str | None = None
    groups: tuple[str, ...] | None = None
    columns: dict[str, str | None] = {}


def profile_of(
    claims: Mapping[str, Any], claim_map: Mapping[str, str], *, texts_as_booleans: bool = False
) -> Profile:
    """Return the profile that `claims` make through `claim_map` (ours = the provider's).

    Raises LoginError naming the claim when a capacity the connection maps is missing or no such
    thing: nobody comes in under half an identity. The name is vouching.py's.
    """

    def claim(ours: str) -> Any:
        return claims.get(claim_map.get(ours, ours))

    columns = {
        ours: clean_line(claim(ours), most=MOST_OF.get(ours, MOST_LABEL))
        for ours in LINES
        if ours in claim_map
    }
    if "capacity" in claim_map:
        columns["capacity"] = _capacity(claim("capacity"))
    email = _email(
        claim("email"),
        is_verified=_vouches_for_email(claim_map)
        and is_true(claim("email_verified"), texts_as_booleans=texts_as_booleans),
    )
    if email:
        columns["email"] = email
    return Profile(
        locale=_language(claim("locale")),
        groups=_groups(claim("groups")) if "groups" in claim_map else None,
        columns=columns,
    )


def display_name(value: Any) -> str:
    """Return a name fit to be shown: any script, one word or many, never split or reordered."""
    if value is None or value == "":
        raise LoginError(Reason.NAME_MISSING, "name")
    name = clean_line(value, most=MOST_NAME)
    if name is None or not any(character.isalpha() for character in name):
        raise LoginError(Reason.CLAIM_WRONG, "name")
    return name


def clean_line(value: Any, *, most: int = MOST_LABEL) -> str | None:
    """Return one clean line of text, None for anything else.

    Invisible characters go: with them one could write another member's name, or turn the
    reading direction of all that follows. Joiners that scripts need inside words stay.
    """
    if not isinstance(value, str):
        return None
    kept = (c for c in unicodedata.normalize("NFC", value) if _is_shown(c))
    text = " ".join("".join(kept).split())
    return text if 0 < len(text) <= most else None


_JOINERS = "\u200c\u200d"  # Persian, Hindi and others spell with them


def _is_shown(character: str) -> bool:
    if character in _JOINERS or character.isspace():
        return True
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _vouches_for_email(claim_map: Mapping[str, str]) -> bool:
    """Tell whether the flag speaks of the address: `email_verified` is about `email` alone.

    An address taken from another claim counts only where its own flag is mapped with it.
    """
    return claim_map.get("email", "email") == "email" or "email_verified" in claim_map


def _email(value: Any, *, is_verified: bool) -> str | None:
    """Return the address only where the provider says, as a boolean, that it was verified."""
    text = clean_line(value)
    return text if is_verified and text and _EMAIL.fullmatch(text) else None


def _language(value: Any) -> str | None:
    """Return the language of a BCP 47 tag: `fr` of `fr-FR`."""
    return value.replace("_", "-").split("-", 1)[0].lower() if isinstance(value, str) else None


def _capacity(value: Any) -> str:
    if value is None or value == "":
        raise LoginError(Reason.CLAIM_MISSING, "capacity")
    if not isinstance(value, str) or value not in CAPACITIES:
        raise LoginError(Reason.CLAIM_WRONG, "capacity")
    return value


def _groups(value: Any) -> tuple[str, ...]:
    """Return the group slugs; providers leave the claim out for people in no group."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return ()
    names = (name for name in value[:MOST_GROUPS] if isinstance(name, str))
    return tuple(name for name in names if name.isprintable())
