"""Taking a proof file: sealed as far as can be, made, and journaled."""

from typing import Annotated

import msgspec
from msgspec import Meta

from parvis.core import db, journal
from parvis.core.actor import Actor
from parvis.core.errors import Conflict, Denied
from parvis.core.i18n import N_
from parvis.core.permissions import Permission
from parvis.features.journal import rules
from parvis.features.journal.evidence import proof
from parvis.features.journal.evidence.proof import Proof, Wanted
from parvis.features.journal.sealing.seal import seal_now
from parvis.features.journal.sealing.seals import BrokenTreeError

BROKEN = N_(
    "The journal’s seal does not hold: nothing can be proved by it. The operator must verify it."
)


class ProofInput(msgspec.Struct, frozen=True, kw_only=True):
    """What to prove: `subject` is `kind:identifier`. `words` adds members' texts."""

    subject: Annotated[str, Meta(min_length=1, max_length=100)]
    words: bool = False


def may_take_words(actor: Actor) -> bool:
    """Whether the actor reads the words of members, held ones too, as it is."""
    return any(
        actor.may(one)
        for one in (Permission.REVIEW_DECIDE, Permission.NOTICE_DECIDE, Permission.TENANT_MANAGE)
    )


async def take_proof(actor: Actor, given: ProofInput) -> Proof:
    """Return a proof file, everything sealed before, and journal that it was taken.

    Needs: no open transaction. Errors: NotFound to who may not read the journal, and where it
    tells nothing of the subject; Denied for words; Invalid; Conflict when the seal is broken.
    """
    rules.require_reader(actor)
    if given.words and not may_take_words(actor):
        raise Denied
    wanted = Wanted(subject=given.subject.strip(), words=given.words)
    try:
        await seal_now(actor.tenant.id)
        async with db.transaction(actor.tenant.id):
            made = await proof.make(
                actor.tenant, wanted, locale=actor.locale, hidden_from=actor.member_id
            )
            data = {"subject": wanted.subject, "entries": made.entries, "words": wanted.words}
            await journal.record(actor, "journal.proof_taken", data=data)
    except BrokenTreeError as error:
        raise Conflict(BROKEN) from error
    return made
