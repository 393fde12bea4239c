"""Why a sign-in was refused, in words for the administrators who have to put it right."""

from parvis.core import i18n
from parvis.core.i18n import N_
from parvis.integrations.login import Reason

REASONS: dict[str, str] = {
    Reason.CALLBACK_MALFORMED: N_(
        "What the browser brought back from the provider cannot be read as an answer."
    ),
    Reason.STATE_UNKNOWN: N_(
        "The answer belongs to no sign-in that is under way: it was used already, or invented."
    ),
    Reason.STATE_EXPIRED: N_("The person took more than ten minutes at the provider."),
    Reason.OTHER_BROWSER: N_("The answer came in another browser than the one that began."),
    Reason.OTHER_CONNECTION: N_(
        "The answer came to the address of another connection: check the redirect address that "
        "the provider has."
    ),
    Reason.ISSUER_MISSING: N_(
        "The provider says that it names itself in its answers (iss), and did not."
    ),
    Reason.ISSUER_WRONG: N_("The answer names another provider (iss) than the one that was asked."),
    Reason.PROVIDER_REFUSED: N_(
        "The provider refused: the person gave up, or the application is not open to them there."
    ),
    Reason.CODE_MISSING: N_("The provider’s answer holds no code."),
    Reason.ADDRESS_REFUSED: N_(
        "The provider’s address leads to a machine that is not on the public Internet."
    ),
    Reason.URL_INSECURE: N_("An address of the provider is not a plain https address."),
    Reason.UNREACHABLE: N_("The provider cannot be reached at its address."),
    Reason.TOO_SLOW: N_("The provider took too long to answer."),
    Reason.BODY_TOO_LARGE: N_("The provider’s answer is larger than any such document is."),
    Reason.BODY_ENCODED: N_("The provider’s answer is compressed, which is not accepted."),
    Reason.ANSWER_UNUSABLE: N_("The provider answered, but not with what the standard says."),
    Reason.METADATA_INVALID: N_(
        "What the provider publishes of itself (openid-configuration) is missing or incomplete."
    ),
    Reason.METADATA_ISSUER: N_(
        "The provider publishes another issuer than the one given here: they must agree to the "
        "letter, the last slash included."
    ),
    Reason.METADATA_NO_PKCE: N_(
        "The provider does not say that it supports PKCE with S256. If it does without saying so, "
        "choose “assumed”."
    ),
    Reason.METADATA_NO_PUSH: N_(
        "The connection needs pushed authorization requests, and the provider offers none."
    ),
    Reason.KEYS_INVALID: N_("The provider publishes no key that its tokens could be checked with."),
    Reason.CONNECTION_INVALID: N_(
        "The connection’s own settings cannot be used: see the detail for the setting."
    ),
    Reason.PUSH_REFUSED: N_(
        "The provider refused the request pushed to it: check the client identifier, how we prove "
        "ourselves, and the redirect address."
    ),
    Reason.TOKEN_REFUSED: N_(
        "The provider gave no token for the code: check the secret or key, the client identifier "
        "and the redirect address."
    ),
    Reason.TOKEN_INCOMPLETE: N_("The provider’s answer lacks the ID token or the access token."),
    Reason.ALGORITHM_REFUSED: N_(
        "The token is signed with an algorithm that this connection does not take."
    ),
    Reason.KEY_UNKNOWN: N_("The token is signed with a key that the provider does not publish."),
    Reason.SIGNATURE_WRONG: N_("The token’s signature is wrong: it was not made by the provider."),
    Reason.MALFORMED: N_("The token cannot be read."),
    Reason.EXPIRED: N_("The token is too old, or not valid yet: compare the clocks."),
    Reason.CLAIM_MISSING: N_("A claim is missing: the detail names it."),
    Reason.CLAIM_WRONG: N_("A claim does not say what it must: the detail names it."),
    Reason.USERINFO_SUBJECT: N_("The userinfo answer is about somebody else than the ID token."),
    Reason.NOT_FRESH: N_("The person did not prove themselves again recently enough."),
    Reason.ASSURANCE_LOW: N_("The provider was less sure of the person than was asked (acr)."),
    Reason.OTHER_PERSON: N_("Somebody else came back than the one whose session it was."),
    Reason.SESSION_OVER: N_("The session to be confirmed had ended meanwhile."),
    Reason.REPLAYED: N_("This logout token was sent before."),
    Reason.NAME_MISSING: N_(
        "The provider sent no name. Map the claim that holds it, or release it at the provider."
    ),
    Reason.NOT_ADMITTED: N_("This connection lets in who was invited, and this account was not."),
    Reason.INVITATION_CLOSED: N_("The invitation was used, withdrawn, or is past its date."),
    Reason.NOT_PROVISIONED: N_(
        "This connection lets in whom the directory sent by SCIM, and it did not send this account."
    ),
    Reason.PROVISIONED_INACTIVE: N_("The directory says by SCIM that this account has left."),
    Reason.PROVISIONED_TAKEN: N_(
        "The directory’s entry belongs to a member who signs in as another subject: compare "
        "externalId and the claim it equals."
    ),
    Reason.EMAIL_UNVERIFIED: N_(
        "Newcomers need an e-mail address that the provider says it verified."
    ),
    Reason.DOMAIN_REFUSED: N_("The address is of a domain that this connection does not let in."),
    Reason.DEACTIVATED: N_("The membership of this person has ended."),
}


def sentence(reason: str) -> str:
    """Return the msgid that explains a reason; an unknown one, of a newer version, as it is."""
    return REASONS.get(reason, reason)


def told(reason: str | None, locale: str) -> str:
    """Return a reason in the reader's language, "" for none."""
    return i18n.translate(locale, sentence(reason)) if reason else ""
