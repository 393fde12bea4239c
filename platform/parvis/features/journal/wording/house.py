"""The journal’s words for the house: files, tokens, the journal itself, the operator."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "tenant.applied": N_("The tenant’s files were applied."),
    "tenant.seeded": N_("Demonstration content was added."),
    "token.created": N_("{who} made an API token."),
    "token.revoked": N_("{who} revoked an API token."),
}  # fmt: skip

SUBJECTS: dict[str, str] = {
    "tenant": N_("tenant"),
    "token": N_("token"),
}
