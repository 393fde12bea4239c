"""The journal’s words for the charter: its versions, who accepted them, what it refused."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "calendar.event_dated": N_("{who} dated an event of the calendar."),
    "calendar.event_dropped": N_("{who} took an event off the calendar."),
    "charter.accepted": N_("{who} accepted the charter."),
    "charter.act_refused": N_("{who} tried something the charter refuses."),
    "charter.draft_begun": N_("{who} began a draft of the charter."),
    "charter.draft_discarded": N_("{who} discarded a draft of the charter."),
    "charter.draft_saved": N_("{who} changed a draft of the charter."),
    "charter.publication_failed": N_("The day of a draft of the charter passed in vain."),
    "charter.publication_scheduled": N_("{who} chose the day of a new version of the charter."),
    "charter.publication_withdrawn": N_("{who} withdrew the publication of a draft."),
    "charter.published": N_("{who} published a version of the charter."),
    "charter.refused": N_("{who} refused the charter."),
    "charter.rehearsal_asked": N_("{who} rehearsed a draft of the charter on real words."),
    "charter.rehearsal_cancelled": N_("{who} called a rehearsal of the charter off."),
    "charter.retention_kept": N_("What had been kept as long as the charter says was deleted."),
    "charter.window_closed": N_("A window of the charter closed."),
    "charter.window_opened": N_("A window of the charter opened."),
    "charter.withdrawn": N_("{who} withdrew from the charter."),
    "hold.lifted": N_("{who} lifted a legal hold."),
    "hold.placed": N_("{who} placed a legal hold."),
}  # fmt: skip

SUBJECTS: dict[str, str] = {
    "calendar_event": N_("event of the calendar"),
    "charter_draft": N_("draft of the charter"),
    "charter_rehearsal": N_("rehearsal of the charter"),
    "charter_version": N_("version of the charter"),
    "legal_hold": N_("legal hold"),
}
