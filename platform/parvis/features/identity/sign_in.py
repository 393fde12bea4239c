"""Signing in, from the first click to a session. Short transactions; none while a provider talks.

Whatever fails leaves one `auth_event` with the precise reason, and no session.
"""

import logging
from collections.abc import Awaitable, Callable

from parvis.core import db
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.core.http import same_origin_path
from parvis.features.identity import attempts, connections, sessions, step_up
from parvis.features.identity.admission import admit, find_invitation
from parvis.features.identity.arrival import begin_session
from parvis.features.identity.attempts import Attempt, Begun, Finished, Purpose, Visit, Wish
from parvis.features.identity.auth_log import is_worth_a_line, record_event
from parvis.features.identity.connections import Connection
from parvis.features.identity.connections import testing as connection_tests
from parvis.features.identity.rules import SignInRefused, refusal
from parvis.features.identity.sessions import Opened
from parvis.features.identity.step_up import Interrupted
from parvis.integrations.login import LoginError, SignedIn

log = logging.getLogger(__name__)


async def begin(
    visit: Visit,
    slug: str,
    next_path: str | None,
    *,
    invitation: str | None = None,
    login_hint: str | None = None,
) -> Begun:
    """Start a sign-in that only this browser can finish, once, within ten minutes.

    `invitation` is the token of one; `login_hint` is what the person said their address is.
    """
    async with db.transaction(visit.tenant.id):
        connection = await connections.find(slug)
        if connection is None:
            raise NotFound
        invitation_id = await find_invitation(connection.id, invitation)
    wish = Wish(next_path=same_origin_path(next_path), invitation_id=invitation_id)
    try:
        return await attempts.begin(visit, connection, wish, login_hint=login_hint)
    except LoginError as error:
        await record_failure(visit, connection, wish.purpose, error)
        raise refusal(error) from error


async def begin_step_up(
    visit: Visit, actor: Actor, connection: Connection, interrupted: Interrupted
) -> Begun:
    """Start the way to the provider on which members confirm who they are."""
    try:
        return await step_up.begin(visit, actor, connection, interrupted)
    except LoginError as error:
        await record_failure(visit, connection, Purpose.STEP_UP, error)
        raise refusal(error) from error


async def finish(visit: Visit, slug: str, query: str) -> Finished:
    """End what `query`, the provider's callback, is the answer to: a sign-in, a step-up, a test."""
    attempt: Attempt | None = None
    try:
        callback = attempts.parse_callback(query)
        attempt = await attempts.take(visit, callback.get("state", ""))
        attempt.check(visit, slug)
        return await FINISHERS[attempt.wish.purpose](visit, attempt, callback)
    except LoginError as error:
        raise await _refused(visit, attempt, error) from error


async def _refused(visit: Visit, attempt: Attempt | None, error: LoginError) -> SignInRefused:
    """Log a failure, and return what the person is told: with their unsent text, if it waits."""
    purpose = attempt.wish.purpose if attempt else Purpose.SIGN_IN
    await record_failure(visit, attempt.connection if attempt else None, purpose, error)
    told = refusal(error)
    if attempt is not None and purpose is Purpose.STEP_UP:
        told.again = await step_up.keep_after_failure(visit, attempt) or attempt.wish.next_path
    return told


async def _enter(visit: Visit, attempt: Attempt, callback: dict[str, str]) -> Finished:
    signed = await attempts.complete(visit, attempt, callback)
    try:
        opened = await _open(visit, attempt, signed)
    except db.UniqueViolation:  # the same newcomer, in two tabs at once: one of them was first
        opened = await _open(visit, attempt, signed)
    return Finished(attempt.wish.next_path, opened.token)


async def _open(visit: Visit, attempt: Attempt, signed: SignedIn) -> Opened:
    tenant, connection = visit.tenant, attempt.connection
    async with db.transaction(tenant.id):
        member_id = await admit(
            tenant,
            connection,
            signed,
            locale=visit.locale,
            invitation_id=attempt.wish.invitation_id,
        )
        if sessions.is_token(visit.session_token):
            await sessions.end_by_token(tenant, visit.session_token or "", "rotated")
        return await begin_session(
            visit,
            connection,
            member_id,
            signed,
            logged_as="sign_in_succeeded",
            journaled_as="identity.signed_in",
        )


FINISHERS: dict[Purpose, Callable[[Visit, Attempt, dict[str, str]], Awaitable[Finished]]] = {
    Purpose.SIGN_IN: _enter,
    Purpose.STEP_UP: step_up.finish,
    Purpose.TEST: connection_tests.finish,
}


async def record_failure(
    visit: Visit, connection: Connection | None, purpose: Purpose, error: LoginError
) -> None:
    """Tell the sign-in log why somebody was refused, in a transaction of its own.

    Of an address that fails without end only the first few are told.
    """
    log.info("sign-in refused: %s", error.reason, extra={"correlation_id": visit.correlation_id})
    if not await is_worth_a_line(visit.tenant.id, "sign_in_failed", visit.address):
        return
    async with db.transaction(visit.tenant.id):
        await record_event(
            "step_up_failed" if purpose is Purpose.STEP_UP else "sign_in_failed",
            connection.id if connection else None,
            None,
            reason=error.reason,
            correlation_id=visit.correlation_id,
            detail={
                "detail": error.detail,
                "issuer": connection.issuer if connection else "",
                "address": visit.address,
            },
        )
