"""Certificates: sniffed, kept in object storage, and nothing half-written when it is away."""

import pytest

from tests.meetings.conftest import ask, seen

PDF = b"%PDF-1.7\n" + b"0" * 500


async def waiting(house, slug):
    """A bearer whose written question waits for a certificate, and the submission's id."""
    holder = await house.person("Hélène Marcillat", capacity="shareholder")
    question = await ask(holder, slug, channel="statutory", holding="bearer")
    own = (await holder.browser.call("GET", f"/meetings/{slug}/questions/mine")).json()
    return holder, question, own["items"][0]["id"]


async def send(person, submission_id, content, name="attestation.pdf"):
    """Upload a file as the page's form does."""
    return await person.browser.send_form(
        f"/submissions/{submission_id}/certificate", {}, files={"certificate": (name, content)}
    )


async def test_a_certificate_puts_the_question_before_the_secretary(
    orvance, meeting, staff, desk, stored
) -> None:
    holder, question, submission_id = await waiting(orvance, meeting)
    sent = await send(holder, submission_id, PDF)
    assert sent.status_code == 303
    assert (await seen(holder, question))["delivery"] == "eligibility_pending"
    kept = await staff["secretary"].browser.get(f"/submissions/{submission_id}/certificate")
    assert kept.status_code == 303
    assert str(orvance.tenant.id) in kept.headers["location"]
    await desk.step("secretary", question["id"], "holding", outcome="eligible", reason="Conforme.")
    assert (await seen(holder, question))["delivery"] == "admitted_statutory"


async def test_the_api_takes_a_certificate_too(orvance, meeting, stored) -> None:
    holder, _, submission_id = await waiting(orvance, meeting)
    sent = await holder.browser.post(
        f"/api/v1/submissions/{submission_id}/certificate",
        files={"certificate": ("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 50)},
        headers={"x-csrf-token": await holder.browser.token(), "accept": "application/json"},
    )
    assert sent.status_code == 200, sent.text
    assert sent.json()["eligibility"] == "pending"
    assert sent.json()["has_certificate"] is True


@pytest.mark.parametrize("content", [b"", b"<html>", b"MZ\x90\x00", b" %PDF-1.7"])
async def test_what_is_not_a_certificate_is_refused_by_its_bytes(orvance, meeting, content) -> None:
    holder, question, submission_id = await waiting(orvance, meeting)
    refused = await send(holder, submission_id, content)
    assert refused.status_code == 422
    assert "PDF, PNG" in refused.text
    assert (await seen(holder, question))["delivery"] == "curable"


async def test_a_large_file_is_refused(orvance, meeting) -> None:
    holder, _, submission_id = await waiting(orvance, meeting)
    refused = await send(holder, submission_id, b"%PDF-" + b"0" * (2 * 1024 * 1024))
    assert refused.status_code == 413


async def test_a_storage_that_does_not_answer_leaves_nothing_half_written(
    orvance, meeting, superuser
) -> None:
    holder, question, submission_id = await waiting(orvance, meeting)
    away = await send(holder, submission_id, PDF)
    assert away.status_code == 503
    assert (await seen(holder, question))["delivery"] == "curable"
    assert await superuser.fetchval("SELECT certificate_key FROM submission") is None


async def test_a_certificate_is_its_holders_and_the_secretarys_business(
    orvance, meeting, staff, stored
) -> None:
    holder, _, submission_id = await waiting(orvance, meeting)
    await send(holder, submission_id, PDF)
    other = await orvance.person("Benoît Lescarret")
    path = f"/submissions/{submission_id}"
    assert (await other.browser.get(path)).status_code == 404
    assert (await other.browser.get(f"{path}/certificate")).status_code == 404
    assert (await staff["legal"].browser.get(f"{path}/certificate")).status_code == 404
    assert (await send(other, submission_id, PDF)).status_code == 404


async def test_a_second_certificate_is_not_awaited(orvance, meeting, stored) -> None:
    holder, _, submission_id = await waiting(orvance, meeting)
    await send(holder, submission_id, PDF)
    assert (await send(holder, submission_id, PDF)).status_code == 409
