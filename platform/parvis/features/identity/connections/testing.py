"""Trying a connection out: the whole way through the provider, and nothing of it kept but a report.

No session is opened, no member made or changed. What the provider said is sealed, shown to the
administrator who tried, and gone after an hour.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import msgspec

from parvis.core import clock, crypto, db, jobs, journal
from parvis.core.actor import Actor
from parvis.core.errors import NotFound
from parvis.features.identity import admission, attempts, claims, connections, vouching
from parvis.features.identity.attempts import Attempt, Begun, Finished, Purpose, Visit, Wish
from parvis.features.identity.connections import Connection
from parvis.features.identity.connections.rules import access_connection
from parvis.integrations import login
from parvis.integrations.login import LoginError, Reason, SignedIn, Step

LIFETIME = timedelta(hours=1)
PATH = "/admin/sign-in/tests/{id}"


class Ours(StrEnum):
    """What follows the provider's part: a member made of the claims, and let in."""

    PROFILE = "profile"
    ADMISSION = "admission"


STEPS: tuple[str, ...] = (
    Step.METADATA, Step.PUSHED, Step.CALLBACK, Step.TOKENS, Step.SIGNATURE, Step.ID_TOKEN,
    Step.USERINFO, Ours.PROFILE, Ours.ADMISSION,
)  # fmt: skip


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a test; `reason` and `detail` say what went wrong at the one that failed."""

    step: str
    state: Literal["passed", "failed", "skipped", "unreached"]
    reason: str | None = None
    detail: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of the person here; None where it did not come so far."""

    name: str | None = None
    is_vouched: bool = False
    framework: str | None = None
    locale: str | None = None
    groups: tuple[str, ...] | None = None
    columns: dict[str, str | None] = {}
    is_newcomer: bool | None = None
    acr: str | None = None
    assurance: str | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider said, as it was received, and what it would make here."""

    claims: dict[str, Any] = {}
    outcome: Outcome = Outcome()


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """A test under way: where the browser goes on, or None where it ended before that."""

    id: UUID
    label: str
    begun: Begun | None


async def start(actor: Actor, visit: Visit, connection_id: UUID) -> Started:
    """Begin a test in this browser. Needs: no open transaction. Errors: NotFound."""
    tenant_id = actor.tenant.id
    async with db.transaction(tenant_id):
        connection = await access_connection(actor, connection_id)
        test_id = await _insert(actor, connection)
    label = connection.label_in(actor.locale)
    wish = Wish(purpose=Purpose.TEST, test_id=test_id, next_path=PATH.format(id=test_id))
    passed: list[Step] = []
    try:
        begun = await attempts.begin(visit, connection, wish, passed=passed)
    except LoginError as error:
        async with db.transaction(tenant_id):
            await _end(test_id, _checks(connection, passed, error), None)
        return Started(id=test_id, label=label, begun=None)
    async with db.transaction(tenant_id):
        await _keep_begun(test_id, passed)
    return Started(id=test_id, label=label, begun=begun)


class _Run(msgspec.Struct):
    """How far a test has come."""

    passed: list[str]
    signed: SignedIn | None = None
    outcome: Outcome = Outcome()
    error: LoginError | None = None


async def finish(visit: Visit, attempt: Attempt, callback: dict[str, str]) -> Finished:
    """End a test with its report, whatever came back, and lead to it."""
    test_id, connection = attempt.wish.test_id, attempt.connection
    run = _Run(passed=[])
    try:
        run.signed = await _complete(visit, attempt, callback, run.passed)
        await _judge(visit, connection, run.signed, run)
    except LoginError as error:
        run.error = error
    report = Report(claims=run.signed.claims, outcome=run.outcome) if run.signed else None
    async with db.transaction(visit.tenant.id):
        passed = [*await _begun_steps(test_id), *run.passed]
        await _end(test_id, _checks(connection, passed, run.error), report)
    return Finished(next_path=attempt.wish.next_path)


async def _complete(
    visit: Visit, attempt: Attempt, callback: dict[str, str], passed: list[str]
) -> SignedIn:
    config = await connections.config_of(attempt.connection, visit.tenant, visit.site)
    steps: list[Step] = []
    try:
        return await login.relying_party().complete(
            config,
            attempt.pending,
            callback,
            ask=attempt.wish.ask(attempt.connection),
            passed=steps,
        )
    finally:
        passed.extend(steps)


async def _judge(visit: Visit, connection: Connection, signed: SignedIn, run: _Run) -> None:
    """Find out what the claims would make of the person here; nothing is written."""
    run.outcome = Outcome(acr=signed.acr, assurance=connection.acr_map.get(signed.acr or ""))
    run.outcome = _profiled(connection, signed, run.outcome)
    run.passed.append(Ours.PROFILE)
    async with db.transaction(visit.tenant.id):
        found = await admission.preview(connection, signed)
    run.passed.append(Ours.ADMISSION)
    run.outcome = msgspec.structs.replace(run.outcome, is_newcomer=found.is_newcomer)


def _profiled(connection: Connection, signed: SignedIn, outcome: Outcome) -> Outcome:
    profile = claims.profile_of(
        signed.claims, connection.claim_map, texts_as_booleans=connection.texts_as_booleans
    )
    vouched = vouching.by_claims(connection, signed.claims)
    return msgspec.structs.replace(
        outcome,
        name=vouched.name,
        is_vouched=vouched.source == connection.slug,
        framework=vouched.framework,
        locale=profile.locale,
        groups=profile.groups,
        columns=profile.columns,
    )


def _checks(
    connection: Connection, passed: list[Step] | list[str], error: LoginError | None
) -> list[Check]:
    """Return every step in order: those passed, the one that failed, those never come to."""
    done = {str(step) for step in passed}
    wanted = [
        s for s in STEPS if s in done or s != Step.PUSHED or _fails_at_push(connection, error)
    ]
    found: list[Check] = []
    failed = False
    for step in wanted:
        if step in done:
            found.append(Check(step=step, state="passed"))
        elif error is not None and not failed:
            failed = True
            found.append(Check(step=step, state="failed", reason=error.reason, detail=error.detail))
        else:
            found.append(Check(step=step, state="unreached" if error else "skipped"))
    return found


def _fails_at_push(connection: Connection, error: LoginError | None) -> bool:
    return connection.profile == "fapi2" or (
        error is not None and error.reason is Reason.PUSH_REFUSED
    )


async def _insert(actor: Actor, connection: Connection) -> UUID:
    now = clock.now()
    await db.execute("DELETE FROM connection_test WHERE tenant_id = $1 AND expires_at <= $2", now)
    test_id = await db.insert(
        "connection_test",
        connection_id=connection.id,
        member_id=actor.require_member(),
        state="begun",
        created_at=now,
        expires_at=now + LIFETIME,
    )
    await jobs.enqueue(forget, at=now + LIFETIME)
    await journal.record(
        actor, "connection.tested", subject=("connection", connection.id),
        data={"connection": connection.slug},
    )  # fmt: skip
    return test_id


@jobs.job("identity.forget_tests")
async def forget() -> None:
    """Delete reports whose hour is over."""
    await db.execute(
        "DELETE FROM connection_test WHERE tenant_id = $1 AND expires_at <= $2", clock.now()
    )


async def _keep_begun(test_id: UUID, passed: list[Step]) -> None:
    checks = [Check(step=step, state="passed") for step in passed]
    await db.execute(
        "UPDATE connection_test SET checks = $3 WHERE tenant_id = $1 AND id = $2",
        test_id,
        db.jsonb(checks),
    )


async def _begun_steps(test_id: UUID | None) -> list[str]:
    checks = await db.fetch_value(
        "SELECT checks FROM connection_test WHERE tenant_id = $1 AND id = $2", test_id
    )
    return [check.step for check in db.from_jsonb(checks or "[]", list[Check])]


_END = """
    UPDATE connection_test SET state = $3, checks = $4, claims_sealed = $5, ended_at = $6
     WHERE tenant_id = $1 AND id = $2 AND state = 'begun'
"""


async def _end(test_id: UUID | None, checks: list[Check], report: Report | None) -> None:
    failed = any(check.state == "failed" for check in checks)
    sealed = None
    if report is not None:
        sealed = crypto.keyring().seal(db.current_tenant(), msgspec.json.encode(report))
    state = "failed" if failed else "passed"
    await db.execute(_END, test_id, state, db.jsonb(checks), sealed, clock.now())


class TestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A test as it is kept, opened for the one who ran it."""

    id: UUID
    connection: Connection
    state: str
    checks: list[Check]
    report: Report | None
    created_at: datetime
    expires_at: datetime


_TEST = """
    SELECT id, connection_id, state, checks, claims_sealed, created_at, expires_at
      FROM connection_test
     WHERE tenant_id = $1 AND id = $2 AND member_id = $3 AND expires_at > $4
"""


async def access_test(actor: Actor, test_id: UUID) -> TestRow:
    """Return a test the actor ran within the last hour. Errors: NotFound for everything else."""
    row = await db.fetch_row(_TEST, test_id, actor.require_member(), clock.now())
    if row is None:
        raise NotFound
    connection = await access_connection(actor, row["connection_id"])
    sealed = row["claims_sealed"]
    opened = crypto.keyring().open(actor.tenant.id, sealed) if sealed else None
    return TestRow(
        **{name: row[name] for name in ("id", "state", "created_at", "expires_at")},
        connection=connection,
        checks=db.from_jsonb(row["checks"], list[Check]),
        report=msgspec.json.decode(opened, type=Report) if opened else None,
    )
