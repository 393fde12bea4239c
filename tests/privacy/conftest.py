"""A member who left traces in every feature, and the storage their archive goes to."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from parvis.core import clock, crypto, db, jobs
from parvis.core.ids import new_id
from parvis.features.privacy import work
from parvis.integrations import storage
from tests.conversations.conftest import PLACE, comment, publish
from tests.factories import House, Person
from tests.meetings.conftest import ask, opened

# A word in everything the member says or is called: nothing else here holds it.
CANARY = "Zanzibarine"
# The same for what has to stay: a written question put to a meeting by right.
KEPT = "Gardenparty"
SECRET_WORDS = "Ce que d’autres ont écrit"


@dataclass
class Life:
    """Somebody with traces everywhere, and the objects stored for them."""

    house: House
    person: Person
    other: Person
    secretary: Person
    post: dict[str, Any]
    others_post: dict[str, Any]
    kept_question: dict[str, Any]
    free_question: dict[str, Any]
    objects: list[str] = field(default_factory=list)


@pytest.fixture
async def life(orvance: House, stored: storage.S3Storage) -> Life:
    """A client who wrote, asked, thanked, followed, was told and decided about."""
    secretary = await orvance.person("Solène Varenne", roles=["secretary"])
    slug = await opened(orvance, secretary)
    person = await orvance.person(
        f"{CANARY} Mirabeau", communities=[PLACE, "conseil-consultatif"], capacity="shareholder"
    )
    other = await orvance.person("Sabine Auclerc", communities=[PLACE])
    await other.browser.call("GET", "/me")
    others_post = await publish(other, "Sujet d’une autre", SECRET_WORDS)
    post = await publish(person, f"Titre {CANARY}", f"Texte {CANARY}")
    await comment(other, post, SECRET_WORDS)
    await comment(person, others_post, f"Réponse {CANARY}")
    held = await publish(person, f"Retenu {CANARY}", "C’est un escroc.")
    await person.browser.call("POST", f"/posts/{others_post['id']}/thanks")
    kept = await ask(person, slug, f"Quel dividende {KEPT} ?", channel="statutory",
                     holding="registered")  # fmt: skip
    free = await ask(person, slug, f"Une visite {CANARY} ?")
    found = Life(orvance, person, other, secretary, post, others_post, kept, free)
    async with orvance.transaction():
        await _fill(found, UUID(str(held["id"])))
    for name in found.objects:
        content_type = "application/pdf"
        await stored.put(orvance.tenant.id, name, b"%PDF-1.7 proof", content_type=content_type)
    return found


async def _fill(life: Life, held_id: UUID) -> None:
    """Add by hand what takes many people, or another system, to come about."""
    now, me, she = clock.now(), life.person.id, life.other.id
    connection_id = await db.fetch_value("SELECT id FROM connection WHERE tenant_id = $1 LIMIT 1")
    photo, certificate = f"members/{me}/photo/{new_id()}.jpg", f"meetings/c/{new_id()}.pdf"
    life.objects += [photo, certificate]
    await db.execute(
        "UPDATE member SET email = $3, capacity_label = $3, headline = $3, register_number = $3,"
        " firm = $3, photo_key = $4 WHERE tenant_id = $1 AND id = $2",
        me, f"{CANARY}@exemple.test", photo,
    )  # fmt: skip
    await db.execute(
        "UPDATE submission SET certificate_key = $3 WHERE tenant_id = $1 AND id = (SELECT"
        " min(id::text)::uuid FROM submission WHERE tenant_id = $1 AND member_id = $2)",
        me, certificate,
    )  # fmt: skip
    await db.insert("name_record", member_id=me, display_name=f"{CANARY} Autrefois",
                    source="espace-client", at=now)  # fmt: skip
    await db.insert("member_contact", member_id=me, kind="phone", value=f"{CANARY} 06",
                    visibility="nobody")  # fmt: skip
    await db.insert("member_topic", member_id=me, topic=CANARY, topic_key=CANARY.lower())
    await db.insert("profile_revision", member_id=me, content=db.jsonb({"headline": CANARY}),
                    state="replaced", created_at=now)  # fmt: skip
    await db.insert("member_follow", follower_id=me, followed_id=she, created_at=now)
    await db.insert("member_follow", follower_id=she, followed_id=me, created_at=now)
    import_id = await db.insert(
        "member_import", started_by=she, connection_id=connection_id, file_name="liste.csv",
        state="done", total=1, created_at=now,
    )  # fmt: skip
    await db.insert(
        "member_import_line", import_id=import_id, line=1, state="refused",
        given=db.jsonb({"email": f"{CANARY}@exemple.test".lower(), "firm": CANARY}),
    )  # fmt: skip
    await db.insert(
        "invitation", connection_id=connection_id, email=f"{CANARY}@exemple.test".lower(),
        token_hash=crypto.digest("x"), firm=CANARY, invited_by=she, created_at=now,
        expires_at=now, accepted_at=now, member_id=me,
    )  # fmt: skip
    await _scim(me, connection_id)
    await _decision(life, held_id)
    await db.insert(
        "api_token", member_id=me, label=f"Jeton {CANARY}", token_hash=crypto.digest("y"),
        hint="abcd", scopes=["read"], created_by=me, created_at=now,
        expires_at=now + timedelta(days=9),
    )  # fmt: skip
    await db.execute("UPDATE auth_session SET label = $3 WHERE tenant_id = $1 AND member_id = $2",
                     me, CANARY)  # fmt: skip


async def _scim(member_id: UUID, connection_id: UUID) -> None:
    now = clock.now()
    user_id = await db.insert(
        "scim_user", connection_id=connection_id, member_id=member_id, user_name=CANARY,
        user_name_key=CANARY.lower(), display_name_key=CANARY.lower(), external_id=CANARY,
        is_active=True, resource=db.jsonb({"displayName": CANARY}), version="1",
        created_at=now, updated_at=now,
    )  # fmt: skip
    await db.insert("scim_user_email", scim_user_id=user_id, value_key=CANARY.lower(),
                    type_key="work")  # fmt: skip


async def _decision(life: Life, held_id: UUID) -> None:
    """A moderator refused what was held; the member reported somebody's words."""
    now, tenant_sql = clock.now(), "WHERE tenant_id = $1 AND contribution_id = $2"
    revision_id = await db.fetch_value(f"SELECT id FROM revision {tenant_sql}", held_id)
    item_id = await db.fetch_value(f"SELECT id FROM review_item {tenant_sql}", held_id)
    version_id = await db.fetch_value("SELECT id FROM charter_version WHERE tenant_id = $1 LIMIT 1")
    parts = ("restriction", "scope", "facts", "source", "automated_means", "ground", "redress")
    decision_id = await db.insert(
        "decision", item_id=item_id, contribution_id=held_id, revision_id=revision_id,
        decided_by=life.other.id, action="refuse", clause_id="respect",
        charter_version_id=version_id, facts="Une règle s’applique.",
        statement=db.jsonb(dict.fromkeys(parts, "x")), text_sent=f"Bonjour {CANARY},",
        automated_detection=True, visibility_code="x", ground_code="x", category_code="x",
        redress_until=now, at=now,
    )  # fmt: skip
    await _redress(life, decision_id)
    await db.insert(
        "review_cause", item_id=item_id, source="report", reporter_id=life.person.id,
        note=f"Note {CANARY}", at=now,
    )  # fmt: skip
    await db.insert(
        "notice", member_id=life.person.id, kind="contribution_decided", subject_kind="post",
        subject_id=held_id, created_at=now, dedupe=f"decision/{held_id}",
        data=db.jsonb({"action": "refuse", "title": f"Retenu {CANARY}", "text": CANARY}),
    )  # fmt: skip


async def _redress(life: Life, decision_id: UUID) -> None:
    """The member contested that, in vain, and sent a notice of their own, with a session."""
    now = clock.now()
    answer_id = await db.insert(
        "decision", member_id=life.person.id, decided_by=life.secretary.id, action="uphold",
        facts="Relu.", text_sent=f"Bonjour {CANARY},", automated_detection=False, at=now,
    )  # fmt: skip
    await db.insert(
        "appeal", decision_id=decision_id, first_decider=life.other.id, member_id=life.person.id,
        text=f"Je conteste, {CANARY}.", locale="fr", filed_at=now, outcome="upheld",
        outcome_decision_id=answer_id, decided_by=life.secretary.id, decided_at=now,
    )  # fmt: skip
    await db.insert(
        "legal_notice", reference="SI-2345-6789", token_hash=crypto.digest("n"), address="/posts/1",
        category="STATEMENT_CATEGORY_VIOLENCE", reasons=f"Parce que {CANARY}", law=CANARY,
        good_faith=True, notifier_name=f"{CANARY} Mirabeau", member_id=life.person.id,
        notifier_email=f"{CANARY}@exemple.test", locale="fr", status="received", received_at=now,
    )  # fmt: skip


async def make_archive(life: Life) -> UUID:
    """Ask for the archive as a program does, and run its job."""
    asked = await life.person.browser.call("POST", "/me/data/exports")
    assert asked.status_code == 202, asked.text
    export_id = UUID(asked.json()["id"])
    await jobs.run(work.collect, life.house.tenant.id, export_id=str(export_id))
    return export_id


async def download(life: Life, export_id: UUID) -> zipfile.ZipFile:
    """Fetch the archive the way a browser does."""
    answer = await life.person.browser.get(f"/me/data/exports/{export_id}/archive")
    assert answer.status_code == 303, answer.text
    async with httpx.AsyncClient() as client:
        fetched = await client.get(answer.headers["location"])
    assert fetched.status_code == 200
    assert "attachment" in fetched.headers["content-disposition"]
    return zipfile.ZipFile(io.BytesIO(fetched.content))


def sections(archive: zipfile.ZipFile) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of data.json by section."""
    data = json.loads(archive.read("data.json"))
    return {section["name"]: section["rows"] for section in data["sections"]}
