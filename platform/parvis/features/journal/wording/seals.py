"""The journal’s words for its own seal: keys, alarms."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "decision.written": N_("{who} gave the reasons of a decision."),
    "journal.verified": N_("The journal verified itself: nothing was changed."),
    "journal.alarm": N_("The journal was verified and is not what was sealed."),
    "journal.key_made": N_("A new key signs the journal’s checkpoints."),
    "operator.seal_keys_read": N_("The operator read the list of the journal’s keys."),
    "operator.seal_keys_rotated": N_("The operator renewed the key of the journal."),
}

SUBJECTS: dict[str, str] = {
    "journal_key": N_("key of the journal"),
}
