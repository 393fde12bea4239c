"""The journal’s words for the charter: its versions, who accepted them, what it refused."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "charter.accepted": N_("{who} accepted the charter."),
    "charter.act_refused": N_("{who} tried something the charter refuses."),
    "charter.published": N_("{who} published a version of the charter."),
    "charter.refused": N_("{who} refused the charter."),
    "charter.withdrawn": N_("{who} withdrew from the charter."),
}  # fmt: skip

SUBJECTS: dict[str, str] = {
    "charter_version": N_("version of the charter"),
}
