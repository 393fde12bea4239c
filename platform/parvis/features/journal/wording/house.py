"""The journal’s words for the house: files, tokens, the journal itself, the operator."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "journal.proof_taken": N_("{who} took a proof file of the journal."),
    "operator.applied": N_("The operator put the files of this space live."),
    "operator.emergency_given": N_("The operator gave somebody emergency access, by a command."),
    "operator.emergency_read": N_("The operator read who has emergency access."),
    "operator.emergency_taken": N_("The operator took emergency access away, by a command."),
    "operator.exported": N_("The operator read the settings of this space."),
    "operator.keys_read": N_("The operator read the list of sign-in keys."),
    "operator.keys_rotated": N_("The operator renewed the sign-in keys."),
    "operator.previewed": N_("The operator looked at what new files would change."),
    "operator.proved": N_("The operator took a proof file of the journal."),
    "operator.seeded": N_("The operator asked for demonstration content."),
    "operator.verified": N_("The operator verified the journal."),
    "tenant.applied": N_("The tenant’s files were applied."),
    "tenant.seeded": N_("Demonstration content was added."),
    "token.created": N_("{who} made an API token."),
    "token.revoked": N_("{who} revoked an API token."),
}  # fmt: skip

SUBJECTS: dict[str, str] = {
    "tenant": N_("tenant"),
    "token": N_("token"),
}
