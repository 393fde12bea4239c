"""The journal’s words for moderation: the queue, decisions, sanctions."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "content.reported": N_("{who} reported this to the moderators."),
    "review.claimed": N_("{who} took charge of it."),
    "review.decided:publish": N_("{who} decided to publish."),
    "review.decided:redact": N_("{who} published it with passages masked."),
    "review.decided:refuse": N_("{who} refused it."),
    "review.decided:return": N_("{who} sent it back to its author to revise."),
    "review.decided:dismiss": N_("{who} left it as it is."),
    "review.decided:uphold": N_("{who} let the contested decision stand."),
    "review.decided:reverse": N_("{who} took the contested decision back."),
    "review.decided:warn": N_("{who} decided on a warning."),
    "review.decided:read_only": N_("{who} decided to close writing for a time."),
    "review.decided:suspend": N_("{who} decided on a suspension."),
    "review.reversed": N_("{who} took a decision about it back."),
    "member.sanctioned:warning": N_("{who} gave a warning."),
    "member.sanctioned:read_only": N_("{who} closed writing for a time."),
    "member.sanctioned:suspension": N_("{who} suspended the access for a time."),
    "member.sanction_lifted": N_("{who} lifted a measure."),
    "reasons.removed": N_("{who} removed a ready-made reason."),
    "reasons.changed": N_("{who} changed a ready-made reason."),
    "review.decided:admit": N_("{who} let them in."),
    "review.decided:decline": N_("{who} declined the request."),
    "review.escalated": N_("{who} escalated it."),
    "review.handed_over": N_("{who} handed it over to a colleague."),
    "review.held": N_("{who} keeps it until tomorrow."),
    "review.kept": N_("{who} read the reports and left it online."),
    "review.lease_ended": N_("Nobody worked on it any more: it is open to all again."),
    "review.opened": N_("It entered the moderation queue."),
    "review.released": N_("{who} put it back in the queue."),
    "review.timed_out": N_("Its time was over: it was escalated by itself."),
}  # fmt: skip

SUBJECTS: dict[str, str] = {"request": N_("Request to join")}
