"""Acts of the journal as sentences. An act without one is still shown, by its name."""

from typing import Any

from parvis.core import i18n
from parvis.core.i18n import N_

# What no member did.
HOUSE = "Parvis"

SENTENCES: dict[str, str] = {
    "answer.approved_board": N_("{who} approved the answer for the board."),
    "answer.approved_legal": N_("{who} approved the answer in law."),
    "answer.drafted": N_("{who} drafted the answer."),
    "answer.online": N_("The answer went online."),
    "answer.published": N_("{who} published the answer."),
    "answer.returned": N_("{who} sent the answer back to be revised."),
    "charter.accepted": N_("{who} accepted the charter."),
    "charter.act_refused": N_("{who} tried something the charter refuses."),
    "charter.published": N_("{who} published a version of the charter."),
    "charter.refused": N_("{who} refused the charter."),
    "charter.withdrawn": N_("{who} withdrew from the charter."),
    "comment.held": N_("{who} sent a comment, which waits for a moderator."),
    "comment.published": N_("{who} published a comment."),
    "comment.revised": N_("{who} changed the comment."),
    "comment.revision_held": N_("{who} changed the comment; the change waits for a moderator."),
    "comment.withdrawn": N_("{who} withdrew the comment."),
    "community.invited": N_("{who} was invited to the community."),
    "community.joined": N_("{who} joined the community."),
    "community.left": N_("{who} left the community."),
    "community.requested": N_("{who} asked to join the community."),
    "content.reported": N_("{who} reported this to the moderators."),
    "evidence.uploaded": N_("{who} sent a proof of holding."),
    "identity.admitted": N_("A member came in for the first time."),
    "identity.client_key_rotated": N_(
        "The key by which sign-in services know this space was renewed."
    ),
    "identity.session_ended": N_("{who} ended one of their sessions."),
    "identity.other_sessions_ended": N_("{who} ended all of their other sessions."),
    "identity.sessions_ended": N_("{who} ended all sessions."),
    "identity.stepped_up": N_("{who} confirmed who they are."),
    "identity.signed_in": N_("{who} signed in."),
    "identity.signed_out": N_("{who} signed out."),
    "member.followed": N_("{who} follows another member."),
    "member.unfollowed": N_("{who} no longer follows another member."),
    "member.deactivated": N_("{who} ended the membership."),
    "member.reactivated": N_("{who} opened the space again to a former member."),
    "meeting.opened": N_("{who} opened the meeting to questions."),
    "meeting.held": N_("{who} declared the meeting held."),
    "post.held": N_("{who} sent a post, which waits for a moderator."),
    "post.published": N_("{who} published a post."),
    "post.revised": N_("{who} changed the post."),
    "post.revision_held": N_("{who} changed the post; the change waits for a moderator."),
    "post.withdrawn": N_("{who} withdrew the post."),
    "profile.changed": N_("{who} changed their profile."),
    "profile.held": N_("{who} changed their profile; the change waits for a moderator."),
    "profile.listed": N_("{who} appears in the directory again."),
    "profile.photo_changed": N_("{who} changed their photo."),
    "profile.photo_removed": N_("{who} removed their photo."),
    "profile.revision_held": N_("{who} changed their profile; the change waits for a moderator."),
    "profile.unlisted": N_("{who} no longer appears in the directory."),
    "profile.withdrawn": N_("{who} took a change of their profile back."),
    "program.created": N_("{who} let a program in."),
    "question.delivery": N_("The question moved on its way to the board."),
    "question.delivery:admitted_free": N_("The question was admitted as a free question."),
    "question.delivery:admitted_statutory": N_("The question was admitted as a written question."),
    "question.delivery:answered_orally": N_("The question was answered at the meeting."),
    "question.delivery:board_review": N_("The answer went to the board for approval."),
    "question.delivery:clustered": N_("The question was grouped with others of the same content."),
    "question.delivery:corrected": N_("The answer was corrected online."),
    "question.delivery:curable": N_("The proof of holding has to be completed."),
    "question.delivery:drafting": N_("An answer is being drafted."),
    "question.delivery:eligibility_pending": N_("The proof of holding is being checked."),
    "question.delivery:eligible": N_("The proof of holding was accepted."),
    "question.delivery:ineligible": N_("The question cannot be admitted as a written question."),
    "question.delivery:legal_review": N_("The answer went to the legal department."),
    "question.delivery:published": N_("The question is answered: the answer is online."),
    "question.delivery:refused": N_("The question will not be answered."),
    "question.delivery:reserved_for_meeting": N_("The question will be answered at the meeting."),
    "question.delivery:routed": N_("The question was handed to those who answer."),
    "question.delivery:submitted": N_("The question was sent to the company."),
    "question.delivery:triaged": N_("The question was sorted."),
    "question.delivery:withdrawn": N_("The question was withdrawn."),
    "question.held": N_("{who} asked a question, whose publication waits for a moderator."),
    "question.published": N_("{who} asked a question."),
    "question.revised": N_("{who} changed the question."),
    "question.revision_held": N_("{who} changed the question; the change waits for a moderator."),
    "question.submitted": N_("{who} sent questions to the company."),
    "question.supported": N_("{who} supported the question."),
    "question.unsupported": N_("{who} took their support of the question back."),
    "question.visibility": N_("What members see of the question changed."),
    "question.visibility:held": N_("Members do not see the question while a moderator reads it."),
    "question.visibility:pending": N_("Members see the question once a moderator has read it."),
    "question.visibility:restricted": N_("Members do not see the question: it was refused."),
    "question.visibility:visible": N_("Members see the question."),
    "question.visibility:visible_redacted": N_("Members see the question with passages masked."),
    "question.withdrawn": N_("{who} withdrew the question."),
    "reaction.added": N_("{who} thanked the author."),
    "reaction.removed": N_("{who} took their thanks back."),
    "review.claimed": N_("{who} took charge of it."),
    "review.decided:publish": N_("{who} decided to publish."),
    "review.decided:redact": N_("{who} published it with passages masked."),
    "review.decided:refuse": N_("{who} refused it."),
    "review.decided:return": N_("{who} sent it back to its author to revise."),
    "review.escalated": N_("{who} escalated it."),
    "review.handed_over": N_("{who} handed it over to a colleague."),
    "review.held": N_("{who} keeps it until tomorrow."),
    "review.kept": N_("{who} read the reports and left it online."),
    "review.opened": N_("It entered the moderation queue."),
    "review.released": N_("{who} put it back in the queue."),
    "privacy.erased": N_("A member was forgotten, as they had asked."),
    "privacy.erasure_asked": N_("{who} asked to be forgotten."),
    "privacy.erasure_postponed": N_("{who} could not be forgotten yet."),
    "privacy.erasure_withdrawn": N_("{who} no longer asks to be forgotten."),
    "privacy.export_asked": N_("{who} asked for a copy of their data."),
    "privacy.export_taken": N_("{who} downloaded the copy of their data."),
    "tenant.applied": N_("The tenant’s files were applied."),
    "tenant.seeded": N_("Demonstration content was added."),
    "token.created": N_("{who} made an API token."),
    "token.revoked": N_("{who} revoked an API token."),
}  # fmt: skip


# What entries are about, by kind.
SUBJECTS: dict[str, str] = {
    "answer": N_("answer"),
    "charter_version": N_("version of the charter"),
    "comment": N_("comment"),
    "community": N_("community"),
    "meeting": N_("meeting"),
    "member": N_("member"),
    "post": N_("post"),
    "profile": N_("profile"),
    "question": N_("question"),
    "session": N_("session"),
    "submission": N_("sending of questions"),
    "tenant": N_("tenant"),
    "token": N_("token"),
}


def name_subject(kind: str | None, locale: str) -> str | None:
    """Return what an entry is about in the reader's language: its kind where that has no name."""
    return i18n.translate(locale, SUBJECTS[kind]) if kind in SUBJECTS else kind


def say(act: str, who: str | None, data: dict[str, Any], locale: str) -> str:
    """Return an entry in the reader's language: the sentence of its act, or the act's name."""
    name = who or HOUSE
    known = SENTENCES.get(f"{act}:{data.get('to')}") or SENTENCES.get(act)
    return i18n.translate(locale, known, who=name) if known else f"{name}: {act}"
