"""Confirming who one is, at the provider, for what asks for more than a session.

A sign-in that lies too long ago, or was less sure than the provider can be, is repeated: by the
same person, in the same browser, verified when it comes back. The session is a new one then.
"""

from urllib.parse import quote

import msgspec

from parvis.core import clock, crypto, db, http, kept_form
from parvis.core.actor import Actor
from parvis.core.errors import NotFound, TooLarge
from parvis.core.ids import SessionId
from parvis.core.kept_form import Form
from parvis.core.step_up import StepUp, longest_ago
from parvis.features.identity import attempts, connections, sessions
from parvis.features.identity.admission import admit
from parvis.features.identity.arrival import begin_session
from parvis.features.identity.assurance import STRONG
from parvis.features.identity.attempts import Attempt, Begun, Finished, Purpose, Visit, Wish
from parvis.features.identity.connections import Connection
from parvis.features.identity.sessions import Opened
from parvis.integrations.login import LoginError, Pending, Reason, SignedIn

PATH = "/auth/step-up"
MOST_KEPT = 64 * 1024


class Interrupted(msgspec.Struct, frozen=True, kw_only=True):
    """What confirming interrupts: where to go on, and the unsent form with the path it goes to.

    `kept` is the form as text (core/kept_form.py), "" for none.
    """

    kind: StepUp
    next: str = "/"
    path: str = ""
    kept: str = ""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A form that waited while its sender confirmed who they are."""

    path: str
    form: Form


def is_fresh(actor: Actor, kind: StepUp) -> bool:
    """Whether the actor's sign-in is recent and sure enough for `kind`.

    An API token was made under a step-up, for the permissions it carries. An emergency session
    is short and strong from its beginning. Who never said when they signed in is not fresh.
    """
    if actor.token_id is not None or actor.is_emergency:
        return True
    standing = actor.standing
    if standing.authenticated_at is None:
        return False
    if standing.best_assurance == STRONG and standing.assurance != STRONG:
        return False
    age = clock.now() - standing.authenticated_at
    return age <= longest_ago(kind, actor.tenant.settings.step_up_minutes)


def address(kind: StepUp, next_path: str) -> str:
    """Return the page on which a reader confirms who they are, to come back to `next_path`."""
    return f"{PATH}?kind={kind}&next={quote(next_path, safe='/')}"


_MY_CONNECTION = f"""
    SELECT {connections.COLUMNS}
      FROM auth_session s
      JOIN connection c ON c.tenant_id = s.tenant_id AND c.id = s.connection_id
     WHERE s.tenant_id = $1 AND s.id = $2 AND c.is_enabled
"""


async def my_connection(actor: Actor) -> Connection:
    """Return the connection that the actor's session came through. Errors: NotFound."""
    row = await db.fetch_row(_MY_CONNECTION, actor.session_id)
    if row is None:
        raise NotFound
    return connections.of_row(row)


async def begin(
    visit: Visit, actor: Actor, connection: Connection, interrupted: Interrupted
) -> Begun:
    """Begin the way to the provider, the unsent form sealed. Needs: no open transaction.

    Errors: LoginError; TooLarge for a form that cannot be kept.
    """
    own_minutes = visit.tenant.settings.step_up_minutes
    can_be_strong = STRONG in connection.acr_map.values()
    wish = Wish(
        purpose=Purpose.STEP_UP,
        next_path=http.same_origin_path(interrupted.next),
        session_id=actor.session_id,
        max_age_seconds=int(longest_ago(interrupted.kind, own_minutes).total_seconds()),
        assurance=STRONG if can_be_strong else None,
        form_sealed=_seal(visit, interrupted),
    )
    return await attempts.begin(visit, connection, wish)


def _seal(visit: Visit, interrupted: Interrupted) -> bytes | None:
    form, path = kept_form.decode(interrupted.kept), http.same_origin_path(interrupted.path, "")
    if not (form and path):
        return None
    plain = msgspec.json.encode(Kept(path=path, form=form))
    if len(plain) > MOST_KEPT:
        raise TooLarge
    return crypto.keyring().seal(visit.tenant.id, plain)


async def finish(visit: Visit, attempt: Attempt, callback: dict[str, str]) -> Finished:
    """Give the browser a new session, as fresh as was asked, and the way on. Errors: LoginError."""
    signed = await attempts.complete(visit, attempt, callback)
    async with db.transaction(visit.tenant.id):
        opened = await _renew(visit, attempt, signed)
        kept = await _keep(attempt, opened.id)
    return Finished(kept or attempt.wish.next_path, opened.token)


async def keep_after_failure(visit: Visit, attempt: Attempt) -> str | None:
    """Return where the form waits for another try, None when there is none or nobody to try."""
    async with db.transaction(visit.tenant.id):
        session = await sessions.running(visit.session_token)
        if session is None or session.id != attempt.wish.session_id:
            return None
        return await _keep(attempt, session.id)


async def _renew(visit: Visit, attempt: Attempt, signed: SignedIn) -> Opened:
    tenant, connection = visit.tenant, attempt.connection
    before = await sessions.running(visit.session_token)
    if before is None or before.id != attempt.wish.session_id:
        raise LoginError(Reason.SESSION_OVER)
    if (before.issuer, before.sub) != (signed.issuer, signed.sub):
        raise LoginError(Reason.OTHER_PERSON)
    # As at any sign-in: a name corrected there follows, who may no longer come in stays out.
    member_id = await admit(tenant, connection, signed, locale=visit.locale)
    await sessions.end(tenant, member_id, before.id, "rotated")
    return await begin_session(
        visit,
        connection,
        member_id,
        signed,
        logged_as="step_up_succeeded",
        journaled_as="identity.stepped_up",
    )


async def _keep(attempt: Attempt, session_id: SessionId) -> str | None:
    """Keep the form for the session it may be sent from, and return the page that offers it."""
    if attempt.wish.form_sealed is None:
        return None
    token = crypto.token()
    waiting = Wish(
        purpose=Purpose.KEPT, session_id=session_id, form_sealed=attempt.wish.form_sealed
    )
    handle = Pending(state=token, nonce="", code_verifier="")
    await attempts.remember(attempt.connection, handle, "", waiting)
    return f"{PATH}/kept/{token}"


_KEPT = """
    SELECT form_sealed FROM login_transaction
     WHERE tenant_id = $1 AND state_hash = $2 AND purpose = 'kept' AND session_id = $3
       AND expires_at > $4
"""


async def kept(actor: Actor, token: str) -> Kept:
    """Return the form that waits under `token` in the actor's own session. Errors: NotFound."""
    sealed = await db.fetch_value(_KEPT, crypto.digest(token), actor.session_id, clock.now())
    if sealed is None:
        raise NotFound
    try:
        plain = crypto.keyring().open(actor.tenant.id, sealed)
    except crypto.SealError:
        raise NotFound from None
    return msgspec.json.decode(plain, type=Kept)
