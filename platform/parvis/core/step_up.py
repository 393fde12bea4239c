"""What one must have signed in for a moment ago: named on the route, kept by a middleware."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class StepUp(StrEnum):
    """Kinds of things that ask for a fresh sign-in: `opt={"step_up": StepUp.EXPORT}`."""

    CHARTER = "charter"
    CONNECTIONS = "connections"
    DECIDE = "decide"
    EXPORT = "export"
    MEMBERS = "members"
    PUBLISH = "publish"
    TOKENS = "tokens"


# How many minutes ago a sign-in may lie; a tenant may change each (tenant.toml, [step_up]).
# Deciding lasts a morning: forty items before lunch must not ask forty times.
MINUTES: dict[StepUp, int] = {
    StepUp.CHARTER: 15,
    StepUp.CONNECTIONS: 10,
    StepUp.DECIDE: 240,
    StepUp.EXPORT: 10,
    StepUp.MEMBERS: 60,
    StepUp.PUBLISH: 15,
    StepUp.TOKENS: 10,
}

# What no program does, whatever its token allows: a person has to stand behind it.
PERSONAL = frozenset({StepUp.CONNECTIONS, StepUp.EXPORT, StepUp.TOKENS})


def longest_ago(kind: StepUp, own: Mapping[str, int]) -> timedelta:
    """Return how long ago a sign-in may lie for `kind`; `own` are a tenant's own minutes."""
    return timedelta(minutes=own.get(kind, MINUTES[kind]))
