"""Time-stamps of a local authority: believed when they prove something, otherwise told."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta

import asyncpg
import msgspec
import pytest
import rfc3161_client
from rfc3161_client import HashAlgorithm

from parvis.core import clock, db
from parvis.features.journal.sealing import anchors, seals
from parvis.features.journal.sealing.findings import Fault
from parvis.features.journal.sealing.seals import Anchor, Checkpoint
from parvis.integrations import storage, timestamp_der, timestamping
from parvis.integrations.timestamping import TimestampAuthority, TimestampError
from parvis.settings import Settings, SettingsError
from tests.factories import House

from . import authority as local
from .authority import Authority
from .conftest import seal, tamper, verified

CONTENT = b"what is stamped"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with local.running(tmp_path_factory.mktemp("authority")) as authority:
        yield authority


@pytest.fixture
def authority(running: Authority) -> Authority:
    running.signer, running.status, running.canned = "good", 200, None
    running.asked.clear()
    return running


@pytest.fixture
def client(authority: Authority) -> TimestampAuthority:
    return TimestampAuthority(url=authority.url, certificates=authority.root, allow_loopback=True)


@pytest.fixture
def stamped(client: TimestampAuthority, orvance: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house whose journal is time-stamped, and has no object storage."""
    monkeypatch.setattr(timestamping, "_authority", client)
    monkeypatch.setattr(storage, "_storage", storage.NoStorage())
    return orvance


async def anchored(house: House) -> tuple[Anchor, ...]:
    async with house.transaction():
        last = await seals.last_checkpoint()
        assert last is not None
        return await seals.anchors_of(last.id)


async def checkpoint_of(house: House) -> Checkpoint:
    async with house.transaction():
        last = await seals.last_checkpoint()
    assert last is not None
    return last


async def test_a_stamp_proves_the_text_and_the_instant(client: TimestampAuthority) -> None:
    stamp = await client.stamp(CONTENT)
    assert abs(stamp.at - clock.now()) < timedelta(seconds=5)
    assert timestamping.check(stamp.token, CONTENT, stamp.chain) == (stamp.at, stamp.serial)
    with pytest.raises(TimestampError):
        timestamping.check(stamp.token, CONTENT + b"!", stamp.chain)


async def test_a_stamp_for_another_text_is_refused(
    client: TimestampAuthority, authority: Authority
) -> None:
    authority.canned = (await client.stamp(b"another text")).token
    with pytest.raises(TimestampError):
        await client.stamp(CONTENT)


async def test_an_old_stamp_for_the_same_text_is_refused(
    client: TimestampAuthority, authority: Authority
) -> None:
    """The nonce: an answer that is played again proves nothing about now."""
    authority.canned = (await client.stamp(CONTENT)).token
    with pytest.raises(TimestampError, match="Nonce"):
        await client.stamp(CONTENT)


async def test_a_stamp_of_somebody_else_is_refused(
    client: TimestampAuthority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with local.running(tmp_path_factory.mktemp("stranger")) as stranger:
        theirs = TimestampAuthority(
            url=stranger.url, certificates=client.certificates, allow_loopback=True
        )
        with pytest.raises(TimestampError):
            await theirs.stamp(CONTENT)


async def test_a_stamp_whose_signature_was_altered_is_refused(client: TimestampAuthority) -> None:
    stamp = await client.stamp(CONTENT)
    broken = stamp.token[:-3] + bytes([stamp.token[-3] ^ 1]) + stamp.token[-2:]
    with pytest.raises(TimestampError):
        timestamping.check(broken, CONTENT, stamp.chain)


async def test_an_authority_whose_certificate_ran_out_is_refused(
    client: TimestampAuthority, authority: Authority
) -> None:
    authority.signer = "expired"
    with pytest.raises(TimestampError):
        await client.stamp(CONTENT)


async def test_an_authority_with_another_clock_is_refused(client: TimestampAuthority) -> None:
    with (
        clock.travel(clock.now() + timedelta(minutes=11)),
        pytest.raises(TimestampError, match="clock"),
    ):
        await client.stamp(CONTENT)


@pytest.mark.parametrize("canned", [b"", b"<html>", b"\x30\x03\x02\x01\x05"])
async def test_an_answer_that_is_no_stamp_is_refused(
    client: TimestampAuthority, authority: Authority, canned: bytes
) -> None:
    authority.canned = canned
    with pytest.raises(TimestampError):
        await client.stamp(CONTENT)


def backwards(token: bytes) -> bytes:
    """The same token with its certificates the other way round."""
    place = timestamp_der._certificates(token)
    assert place is not None
    inside = timestamp_der._elements(token, place.content, place.end)
    turned = [token[one.begin : one.end] for one in inside][::-1]
    assert len(turned) > 1
    return token[: place.content] + b"".join(turned) + token[place.end :]


async def test_certificates_in_another_order_are_put_in_order(
    client: TimestampAuthority, authority: Authority
) -> None:
    asked = rfc3161_client.TimestampRequestBuilder().data(CONTENT)
    query = asked.hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()
    sent = backwards(timestamp_der.in_order(authority.answer(query)))
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        rfc3161_client.decode_timestamp_response(sent)
    ordered = timestamp_der.in_order(sent)
    assert (len(ordered), sorted(ordered)) == (len(sent), sorted(sent))
    timestamping.check(ordered, CONTENT, client.certificates)
    assert timestamp_der.in_order(ordered) == ordered
    for end in range(0, len(sent), 7):
        assert len(timestamp_der.in_order(sent[:end])) == end


async def test_an_authority_that_fails_or_is_away_is_told_apart(
    client: TimestampAuthority, authority: Authority
) -> None:
    authority.status = 503
    with pytest.raises(TimestampError, match="503"):
        await client.stamp(CONTENT)
    away = TimestampAuthority(
        url="http://127.0.0.1:9/", certificates=client.certificates, allow_loopback=True
    )
    with pytest.raises(TimestampError, match="reached"):
        await away.stamp(CONTENT)


@pytest.mark.parametrize("url", ["http://10.1.2.3/tsr", "http://169.254.169.254/", "ftp://x/"])
async def test_an_authority_inside_the_network_is_not_asked(
    client: TimestampAuthority, url: str
) -> None:
    inside = TimestampAuthority(url=url, certificates=client.certificates, allow_loopback=True)
    with pytest.raises(TimestampError, match="reached"):
        await inside.stamp(CONTENT)


async def test_this_machine_is_not_asked_in_production(
    client: TimestampAuthority, authority: Authority
) -> None:
    guarded = TimestampAuthority(url=authority.url, certificates=client.certificates)
    with pytest.raises(TimestampError, match="reached"):
        await guarded.stamp(CONTENT)
    assert authority.asked == []


async def test_the_authorization_is_sent(client: TimestampAuthority, authority: Authority) -> None:
    known = TimestampAuthority(
        url=authority.url, certificates=client.certificates, authorization="Basic eDp5",
        allow_loopback=True,
    )  # fmt: skip
    await known.stamp(CONTENT)
    assert authority.asked[-1]["Authorization"] == "Basic eDp5"
    assert authority.asked[-1]["Content-Type"] == "application/timestamp-query"


def test_certificates_that_cannot_be_read_stop_the_process(settings: Settings, tmp_path) -> None:
    (tmp_path / "odd.pem").write_text("no certificate")
    for path in (tmp_path / "missing.pem", tmp_path / "odd.pem"):
        wrong = msgspec.structs.replace(
            settings, tsa_url="https://tsa.example", tsa_certificates=str(path)
        )
        with pytest.raises(SettingsError, match="TSA_CERTIFICATES"):
            timestamping.from_settings(wrong)


async def test_a_checkpoint_is_stamped_and_the_stamp_kept(stamped: House) -> None:
    await seal(stamped, 3)
    assert await anchors.anchor_now(stamped.tenant.id) == 1
    [anchor] = await anchored(stamped)
    note = (await checkpoint_of(stamped)).note
    assert (anchor.kind, anchor.token is None, anchor.chain is None) == ("timestamp", False, False)
    at, _ = timestamping.check(anchor.token or b"", note.encode(), anchor.chain or "")
    assert at.isoformat() in anchor.reference
    report = await verified(stamped)
    assert (report.is_sound, report.timestamps, report.is_storage_compared) == (True, 1, None)


async def test_an_authority_that_is_away_leaves_no_anchor_and_is_asked_again(
    stamped: House, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    await seal(stamped, 3)
    authority.status = 503
    with caplog.at_level(logging.WARNING):
        assert await anchors.anchor_now(stamped.tenant.id) == 0
    assert "checkpoint 1 is not anchored (timestamp)" in caplog.text
    assert await anchored(stamped) == ()
    authority.status = 200
    await anchors.anchor_journal.work(tenant_id=stamped.tenant.id)
    assert len(await anchored(stamped)) == 1


async def test_a_stamp_that_was_exchanged_is_found(
    stamped: House, superuser: asyncpg.Connection, client: TimestampAuthority,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    """Whoever writes to the database can name any authority there: the configured one counts."""
    await seal(stamped, 3)
    await anchors.anchor_now(stamped.tenant.id)
    note = (await checkpoint_of(stamped)).note.encode()
    with local.running(tmp_path_factory.mktemp("forger")) as forger:
        theirs = TimestampAuthority(url=forger.url, certificates=forger.root, allow_loopback=True)
        forged = await theirs.stamp(note)
    await tamper(
        superuser, "UPDATE journal_anchor SET token = $1, chain = $2", forged.token, forged.chain
    )
    report = await verified(stamped)
    assert [one.fault for one in report.problems] == [Fault.TIMESTAMP_WRONG]


async def test_the_connection_is_free_while_the_authority_is_asked(
    stamped: House, authority: Authority
) -> None:
    """No transaction is open while another machine is waited for."""
    await seal(stamped, 1)
    seen: list[bool] = []
    answer = authority.answer

    def looking(query: bytes) -> bytes:
        seen.append(db.current.get() is None)
        return answer(query)

    authority.answer = looking  # type: ignore[method-assign]  # it only looks
    try:
        await asyncio.wait_for(anchors.anchor_now(stamped.tenant.id), timeout=10)
    finally:
        authority.answer = answer  # type: ignore[method-assign]  # as before
    assert seen == [True]
