"""Whether somebody proved themselves lately and surely enough: never taken on the asking alone."""

from datetime import datetime

from parvis.integrations.login.config import Ask
from parvis.integrations.login.errors import LoginError, Reason
from parvis.integrations.login.idtoken import IdToken
from parvis.integrations.login.tokens import LEEWAY_SECONDS


def check(identity: IdToken, ask: Ask, now: datetime) -> None:
    """Raise LoginError unless a verified ID token answers to what was asked.

    A provider may ignore `max_age` and `acr_values`, and the browser may leave them out of the
    address it was sent to: what counts is what the token says.
    """
    if ask.max_age is not None:
        if identity.auth_time is None:
            raise LoginError(Reason.CLAIM_MISSING, "auth_time")
        if now.timestamp() - identity.auth_time > ask.max_age + LEEWAY_SECONDS:
            raise LoginError(Reason.NOT_FRESH, "auth_time")
    if ask.acr_values and identity.acr not in ask.acr_values:
        raise LoginError(Reason.ASSURANCE_LOW, "acr")


def is_asked(ask: Ask) -> bool:
    """Tell whether `check` has anything to check."""
    return ask.max_age is not None or bool(ask.acr_values)
