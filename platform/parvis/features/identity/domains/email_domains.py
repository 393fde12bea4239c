"""From an e-mail address to the domain that may say where its owner signs in. Pure."""

import re

import idna

MOST_DOMAIN = 253
# What stands before the @ is the provider's business; it must only be one word of bearable length.
_LOCAL = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def domain_of(email: str) -> str | None:
    """Return the normal form of an address's domain, None for what is no address."""
    local, at, domain = email.strip().rpartition("@")
    return normal_domain(domain) if at and _LOCAL.fullmatch(local) else None


def normal_domain(written: str) -> str | None:
    """Return a domain as it is compared: lower case, in the letters of DNS (IDNA 2008, UTS 46).

    Exact: a domain says nothing of those above or below it. None for what is no domain of at
    least two labels, addresses of machines among them.
    """
    try:
        ascii_form = idna.encode(written.strip().rstrip("."), uts46=True, std3_rules=True)
    except (idna.IDNAError, UnicodeError):
        return None
    domain = ascii_form.decode().lower()
    labels = domain.split(".")
    is_sound = all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    return domain if len(labels) > 1 and len(domain) <= MOST_DOMAIN and is_sound else None


def shown(domain: str) -> str:
    """Return a normal form as people write it, its own script included."""
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain
