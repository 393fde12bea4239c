"""The journal’s words for the firm's directory and programs."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "program.created": N_("{who} let a program in."),
    "provisioning.group_changed": N_("The firm’s directory changed a group."),
    "provisioning.group_created": N_("The firm’s directory announced a group."),
    "provisioning.group_deleted": N_("The firm’s directory deleted a group."),
    "provisioning.group_mapped": N_("{who} chose what a group of the firm’s directory stands for."),
    "provisioning.role_given": N_("The firm’s directory put a member into a group."),
    "provisioning.role_taken": N_("The firm’s directory took a member out of a group."),
    "provisioning.token_created": N_("{who} made a token for the firm’s directory."),
    "provisioning.token_revoked": N_("{who} revoked a token of the firm’s directory."),
    "provisioning.user_bound": N_("A sign-in showed which member the firm’s directory means."),
    "provisioning.user_changed": N_("The firm’s directory changed what it says of a member."),
    "provisioning.user_created": N_("The firm’s directory announced a member."),
    "provisioning.user_deleted": N_("The firm’s directory let go of a member."),
}  # fmt: skip

SUBJECTS: dict[str, str] = {
    "scim_group": N_("group of the directory"),
    "scim_token": N_("token of the directory"),
}
