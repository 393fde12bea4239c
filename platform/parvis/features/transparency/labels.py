"""The codes of the Commission's database in words, for pages."""

from parvis.core.i18n import N_
from parvis.features.moderation.legal_notices import categories

NO_DAY = N_("Write a day as 2026-12-31.")

LABELS: dict[str, str] = {
    **categories.LABELS,
    categories.MINORS: N_("Protection of minors"),
    categories.OTHER_VIOLATION: N_("Another breach of the charter"),
    "DECISION_VISIBILITY_CONTENT_REMOVED": N_("Content removed"),
    "DECISION_VISIBILITY_CONTENT_DISABLED": N_("Content not shown"),
    "DECISION_VISIBILITY_CONTENT_DEMOTED": N_("Content shown less"),
    "DECISION_VISIBILITY_CONTENT_LABELLED": N_("Content labelled"),
    "DECISION_VISIBILITY_OTHER": N_("Passages masked"),
    "DECISION_PROVISION_PARTIAL_SUSPENSION": N_("Writing suspended"),
    "DECISION_PROVISION_TOTAL_SUSPENSION": N_("Taking part suspended"),
    "DECISION_PROVISION_PARTIAL_TERMINATION": N_("Writing ended"),
    "DECISION_PROVISION_TOTAL_TERMINATION": N_("Taking part ended"),
    "DECISION_ACCOUNT_SUSPENDED": N_("Account suspended"),
    "DECISION_ACCOUNT_TERMINATED": N_("Account closed"),
    "DECISION_GROUND_ILLEGAL_CONTENT": N_("The law"),
    "DECISION_GROUND_INCOMPATIBLE_CONTENT": N_("The charter"),
    "SOURCE_VOLUNTARY": N_("Own initiative"),
    "SOURCE_ARTICLE_16": N_("Notice of illegal content"),
    "SOURCE_TRUSTED_FLAGGER": N_("Trusted flagger"),
    "SOURCE_TYPE_OTHER_NOTIFICATION": N_("Report of a member"),
}
