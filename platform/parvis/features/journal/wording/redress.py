"""The journal’s words for redress: legal notices, appeals, reports of transparency."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "notice.filed": N_("A notice of illegal content arrived."),
    "notice.place_found": N_("{who} found the words that a legal notice means."),
    "notice.found_unfounded": N_("A legal notice was found manifestly unfounded."),
    "notice.notifier_warned": N_("{who} warned who sends manifestly unfounded notices."),
    "notice.notifier_suspended": N_("{who} suspended who sends manifestly unfounded notices."),
    "appeal.filed": N_("A decision was contested."),
    "appeal.decided": N_("{who} decided an appeal."),
    "transparency.published": N_("{who} published the yearly counts of moderation."),
    "operator.statements_exported": N_(
        "The operator exported statements of reasons, by a command."
    ),
}

SUBJECTS: dict[str, str] = {
    "legal_notice": N_("legal notice"),
    "decision": N_("decision"),
    "transparency_report": N_("transparency report"),
}
