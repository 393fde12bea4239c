"""Who may come in, whose name is vouched for, and what a refusal says."""

import msgspec

from parvis.core import errors
from parvis.core.i18n import N_
from parvis.features.identity.connections import Connection
from parvis.features.identity.domains.email_domains import normal_domain
from parvis.integrations.login import LoginError, Reason


class SignInRefused(errors.AppError):
    """A sign-in came to nothing; the exact reason stands in the failure log, not on the page."""

    status, code = 400, "sign_in_failed"
    default = N_("The sign-in did not succeed. Please start again.")
    # Where another try begins, when that is not the door.
    again = ""


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
ENDED = N_("Your membership of this space has ended. What you wrote stays under your name.")
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
    Reason.OTHER_PERSON: (
        SignInRefused,
        N_("That is another account than the one you are signed in with here."),
    ),
    Reason.ASSURANCE_LOW: (
        SignInRefused,
        N_("Your sign-in service did not confirm you as surely as this asks for."),
    ),
    Reason.NOT_FRESH: (
        SignInRefused,
        N_("Your sign-in service did not ask you anew who you are."),
    ),
    Reason.SESSION_OVER: (
        SignInRefused,
        N_("Your session here has ended in the meantime. Please sign in again."),
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
    Reason.INVITATION_CLOSED: (
        SignInDenied,
        N_("This invitation is no longer valid. Please ask for a new one."),
    ),
    Reason.NOT_PROVISIONED: (SignInDenied, SignInDenied.default),
    Reason.PROVISIONED_TAKEN: (SignInDenied, SignInDenied.default),
    Reason.EMAIL_UNVERIFIED: (SignInDenied, SignInDenied.default),
    Reason.DOMAIN_REFUSED: (SignInDenied, SignInDenied.default),
    Reason.DEACTIVATED: (SignInDenied, ENDED),
    Reason.PROVISIONED_INACTIVE: (SignInDenied, ENDED),
}


def refusal(error: LoginError) -> SignInRefused:
    """Return what the person is told about a sign-in that was refused."""
    if error.reason in _AWAY:
        return ProviderAway()
    kind, message = _SAYABLE.get(error.reason, (SignInRefused, SignInRefused.default))
    return kind(message)


class Newcomer(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of somebody before they are let in.

    `state` is that of the member they are already, None for none. `is_inactive`: the provider's
    directory has them as one who left; `is_taken`: as another of its subjects. `invited`: they
    followed an invitation of this connection, "open" or "closed" by now. `domain` is that of a
    verified e-mail address.
    """

    state: str | None = None
    is_inactive: bool = False
    is_taken: bool = False
    invited: str | None = None
    domain: str | None = None


def check_admission(connection: Connection, person: Newcomer) -> None:
    """Raise LoginError unless this connection lets the person in.

    Who is a member stays one, however newcomers come in.
    """
    check_standing(connection, person)
    if person.state is None:
        _check_newcomer(connection, person)


def check_standing(connection: Connection, person: Newcomer) -> None:
    """Raise LoginError for who left, before anything is asked of their claims.

    The directory's word that somebody left goes before everything.
    """
    if person.is_inactive:
        raise LoginError(Reason.PROVISIONED_INACTIVE)
    if person.state == "deactivated":
        raise LoginError(Reason.DEACTIVATED)
    if person.is_taken:
        raise LoginError(Reason.PROVISIONED_TAKEN, connection.external_id_claim)


def _check_newcomer(connection: Connection, person: Newcomer) -> None:
    if connection.admission == "scim_only":
        raise LoginError(Reason.NOT_PROVISIONED, connection.external_id_claim)
    if person.invited == "open":
        return
    if connection.admission == "invite_only":
        closed = person.invited == "closed"
        raise LoginError(Reason.INVITATION_CLOSED if closed else Reason.NOT_ADMITTED, "invite_only")
    if connection.admission_domains:
        _check_domain(connection, person.domain)


def _check_domain(connection: Connection, domain: str | None) -> None:
    if domain is None:
        raise LoginError(Reason.EMAIL_UNVERIFIED, "email")
    if domain not in set(map(normal_domain, connection.admission_domains)):
        raise LoginError(Reason.DOMAIN_REFUSED, "email")


def vouched_source(connection: Connection) -> str:
    """Return what `name_source` says of a name that came through `connection`."""
    return connection.slug if connection.name_authority else UNVERIFIED


UNVERIFIED = "unverified"


def is_verified(name_source: str) -> bool:
    """Tell whether somebody vouches for a name with that source."""
    return name_source != UNVERIFIED
