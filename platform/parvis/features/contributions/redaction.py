"""Redaction: the words as they were sent, but for the passages a moderator's decision masks."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from parvis.core import crypto, db, events, text
from parvis.core.errors import Conflict, NotFound
from parvis.core.events import ContributionShown
from parvis.core.i18n import N_
from parvis.core.ids import RevisionId, new_id
from parvis.features.charter.masking import masked
from parvis.features.charter.verdict import Cause, Effect, Span, Verdict
from parvis.features.contributions import revisions, rules
from parvis.features.contributions.revisions import Draft, Mark
from parvis.features.contributions.rules import Standing

_ORIGINAL = """
    SELECT number, title, body, author_id, capacity, capacity_label, marks, charter_version_id
      FROM revision WHERE tenant_id = $1 AND contribution_id = $2 AND id = $3
"""
# What is live is the masked words: made right after the original, under the same label.
_SHOWS_MASKED = """
    SELECT r.number = $4 + 1
           AND r.marks @> jsonb_build_array(jsonb_build_object('clause', $3::text))
      FROM contribution c
      JOIN revision r ON r.tenant_id = $1 AND r.id = c.live_revision_id
     WHERE c.tenant_id = $1 AND c.id = $2
"""


async def redact(
    contribution_id: UUID, revision_id: UUID, spans: Mapping[str, Sequence[Span]], mark: Mark
) -> RevisionId:
    """Make readers see the revision with the spans of each field masked, labelled with `mark`.

    The revision itself stays as it was sent; what is shown is a new one, under its author's name
    and the capacity of then. Errors: NotFound; Conflict when its author wrote a newer one since.
    """
    standing = await rules.lock(contribution_id)
    original = await db.fetch_row(_ORIGINAL, contribution_id, revision_id)
    if original is None:
        raise NotFound
    if original["number"] != standing.newest:
        raise Conflict(N_("Its author has changed this text since. Read the new one first."))
    draft = _redacted(original, spans, mark)
    await revisions.insert_next(standing, draft, is_live=True)
    if standing.live_revision_id is None:
        await events.publish(_shown(standing))
    return draft.id


async def unmask(contribution_id: UUID, revision_id: UUID, clause: str) -> bool:
    """Make readers see again the whole revision that was shown masked under `clause`.

    What is shown is a new revision with the words and marks of the one that was sent. False, and
    nothing changes, when readers no longer see the masked words, or the original was let go.
    Errors: NotFound when its author withdrew it.
    """
    standing = await rules.lock(contribution_id)
    original = await db.fetch_row(_ORIGINAL, contribution_id, revision_id)
    if original is None:
        raise NotFound
    is_shown = await db.fetch_value(_SHOWS_MASKED, contribution_id, clause, original["number"])
    if not is_shown or not original["body"]:
        return False
    await revisions.insert_next(standing, _whole(original), is_live=True)
    return True


def _whole(original: db.Record) -> Draft:
    marks = db.from_jsonb(original["marks"], tuple[Mark, ...])
    return _draft(original, original["title"], original["body"], marks)


def _redacted(original: db.Record, spans: Mapping[str, Sequence[Span]], mark: Mark) -> Draft:
    verdict = Verdict(
        effect=Effect.MASK,
        causes=tuple(
            Cause(clause=mark.clause, rule="redaction", kind="redaction", effect=Effect.MASK,
                  field=field, span=span)
            for field, found in spans.items()
            for span in found
        ),
    )  # fmt: skip
    title = masked(original["title"], "title", verdict)
    body = masked(original["body"], "body", verdict)
    known = db.from_jsonb(original["marks"], tuple[Mark, ...])
    marks = (*(one for one in known if one.clause != mark.clause), mark)
    return _draft(original, title, body, marks)


def _draft(original: db.Record, title: str, body: str, marks: tuple[Mark, ...]) -> Draft:
    salt, digest = crypto.commit(f"{title}\n\n{body}")
    return Draft(
        id=RevisionId(new_id()),
        author_id=original["author_id"],
        capacity=original["capacity"],
        capacity_label=original["capacity_label"],
        title=title,
        body=body,
        body_html=text.to_html(body),
        excerpt=text.excerpt(body, revisions.EXCERPT_LENGTH),
        salt=salt,
        digest=digest,
        marks=marks,
        charter_version_id=original["charter_version_id"],
    )


def _shown(standing: Standing) -> ContributionShown:
    return ContributionShown(
        contribution_id=standing.id,
        kind=standing.kind,
        place_id=standing.place_id,
        parent_id=standing.parent_id,
        author_id=standing.author_id,
    )
