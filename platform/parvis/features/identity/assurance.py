"""How sure a provider is of somebody, in our words: those of `connection.acr_map`."""

from collections.abc import Mapping

BASIC, STRONG = "basic", "strong"


def assurance_of(acr_map: Mapping[str, str], acr: str | None) -> str | None:
    """Return our word for a provider's `acr`, None for one the connection does not map."""
    return acr_map.get(acr) if acr else None


def best_of(acr_map: Mapping[str, str]) -> str | None:
    """Return the most a connection can say, None where it says nothing."""
    said = set(acr_map.values())
    return next((word for word in (STRONG, BASIC) if word in said), None)


def words_for(acr_map: Mapping[str, str], assurance: str | None) -> tuple[str, ...]:
    """Return the provider's words for an assurance of ours, those to ask it for."""
    return tuple(theirs for theirs, ours in acr_map.items() if ours == assurance)
