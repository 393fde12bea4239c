"""Who may come in, whose name is vouched for, and what a refusal says."""

from parvis.core import errors
from parvis.core.i18n import N_
from parvis.features.identity.connections import Connection
from parvis.integrations.login import LoginError, Reason


class SignInRefused(errors.AppError):
    """A sign-in came to nothing; the exact reason stands in the failure log, not on the page."""

    status, code = 400, "sign_in_failed"
    default = N_("The sign-in did not succeed. Please start again.")


class SignInDenied(SignInRefused):
    """The provider vouches for the person, but this space does not let them in."""

    status, code = 403, "sign_in_denied"
    default = N_("Your account does not give access to this space.")


class ProviderAway(SignInRefused):
    """The identity provider does not answer, or not as it should."""

    status, code = 502, "provider_away"
    default = N_("Your sign-in service does not answer at the moment. Please try again later.")


_AWAY = {
    Reason.UNREACHABLE,
    Reason.TOO_SLOW,
    Reason.BODY_TOO_LARGE,
    Reason.BODY_ENCODED,
    Reason.ANSWER_UNUSABLE,
    Reason.METADATA_INVALID,
    Reason.KEYS_INVALID,
}
# What the person can do something about; everything else would only help whoever tries keys.
_SAYABLE: dict[Reason, tuple[type[SignInRefused], str]] = {
    Reason.PROVIDER_REFUSED: (
        SignInRefused,
        N_("Your sign-in service did not confirm the sign-in. You can start again."),
    ),
    Reason.STATE_EXPIRED: (
        SignInRefused,
        N_("This sign-in took more than ten minutes. Please start again."),
    ),
    Reason.NAME_MISSING: (
        SignInDenied,
        N_(
            "Members take part under their real name, and your sign-in service did not send "
            "yours. Please ask the team of this space."
        ),
    ),
    Reason.NOT_ADMITTED: (
        SignInDenied,
        N_("This space opens by invitation, and this account has none."),
    ),
    Reason.DEACTIVATED: (
        SignInDenied,
        N_("Your membership of this space has ended. What you wrote stays under your name."),
    ),
}


def refusal(error: LoginError) -> SignInRefused:
    """Return what the person is told about a sign-in that was refused."""
    if error.reason in _AWAY:
        return ProviderAway()
    kind, message = _SAYABLE.get(error.reason, (SignInRefused, SignInRefused.default))
    return kind(message)


def check_admission(connection: Connection, state: str | None) -> None:
    """Raise LoginError unless this connection lets the person in.

    `state` is that of the member they already are, None for a newcomer.
    """
    if state is None and connection.admission != "jit":
        raise LoginError(Reason.NOT_ADMITTED, connection.admission)
    if state == "deactivated":
        raise LoginError(Reason.DEACTIVATED)


def vouched_source(connection: Connection) -> str:
    """Return what `name_source` says of a name that came through `connection`."""
    return connection.slug if connection.name_authority else UNVERIFIED


UNVERIFIED = "unverified"


def is_verified(name_source: str) -> bool:
    """Tell whether somebody vouches for a name with that source."""
    return name_source != UNVERIFIED
