"""The TXT record by which the owner of a domain shows that it is theirs."""


def record_name(domain: str) -> str:
    """Return where the record stands: beside the domain, not in the way of its own."""
    return f"_parvis-challenge.{domain}"


def record_text(challenge: str) -> str:
    """Return what the record says for a challenge, which no other claim shares."""
    return f"parvis-domain-verification={challenge}"
