"""Why a sign-in was refused: precise for the administrators' log, never shown to the person."""

from enum import StrEnum


class Reason(StrEnum):
    """The stable codes that `auth_event.detail` keeps; a code is never reused or renamed."""

    # what the browser brought back
    CALLBACK_MALFORMED = "callback_malformed"
    STATE_UNKNOWN = "state_unknown"
    STATE_EXPIRED = "state_expired"
    OTHER_BROWSER = "other_browser"
    OTHER_CONNECTION = "other_connection"
    ISSUER_MISSING = "callback_issuer_missing"
    ISSUER_WRONG = "callback_issuer_wrong"
    PROVIDER_REFUSED = "provider_refused"
    CODE_MISSING = "code_missing"
    # the way to the provider
    ADDRESS_REFUSED = "address_refused"
    URL_INSECURE = "url_insecure"
    UNREACHABLE = "provider_unreachable"
    TOO_SLOW = "provider_too_slow"
    BODY_TOO_LARGE = "body_too_large"
    BODY_ENCODED = "body_encoded"
    ANSWER_UNUSABLE = "answer_unusable"
    # what the provider says of itself
    METADATA_INVALID = "metadata_invalid"
    METADATA_ISSUER = "metadata_issuer_wrong"
    METADATA_NO_PKCE = "metadata_without_pkce"
    METADATA_NO_PUSH = "metadata_without_pushed_requests"
    KEYS_INVALID = "keys_invalid"
    CONNECTION_INVALID = "connection_invalid"
    PUSH_REFUSED = "pushed_request_refused"
    # what it says of the person
    TOKEN_REFUSED = "token_refused"  # noqa: S105 -- a reason, not a password
    TOKEN_INCOMPLETE = "token_incomplete"  # noqa: S105 -- a reason too
    ALGORITHM_REFUSED = "algorithm_refused"
    KEY_UNKNOWN = "key_unknown"
    SIGNATURE_WRONG = "signature_wrong"
    MALFORMED = "token_malformed"
    EXPIRED = "token_expired"
    CLAIM_MISSING = "claim_missing"
    CLAIM_WRONG = "claim_wrong"
    USERINFO_SUBJECT = "userinfo_subject_wrong"
    # what a step-up asked for
    NOT_FRESH = "not_fresh"
    ASSURANCE_LOW = "assurance_too_low"
    OTHER_PERSON = "other_person"
    SESSION_OVER = "session_over"
    # what a logout token says
    REPLAYED = "token_replayed"
    # what the connection makes of it
    NAME_MISSING = "name_missing"
    NOT_ADMITTED = "not_admitted"
    INVITATION_CLOSED = "invitation_closed"
    NOT_PROVISIONED = "not_provisioned"
    PROVISIONED_INACTIVE = "provisioned_inactive"
    PROVISIONED_TAKEN = "provisioned_taken"
    EMAIL_UNVERIFIED = "email_unverified"
    DOMAIN_REFUSED = "email_domain_refused"
    DEACTIVATED = "member_deactivated"


class LoginError(Exception):
    """A sign-in was refused; `detail` names the claim, endpoint or status at fault.

    `detail` never holds a token, a secret or a claim's value.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else str(reason))


class Away(LoginError):
    """The provider does not answer, or says itself that it cannot: what was kept may serve on."""
