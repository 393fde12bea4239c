"""The journal’s words for members: communities, invitations, dossiers, data rights."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "community.invited": N_("{who} was invited to the community."),
    "community.joined": N_("{who} joined the community."),
    "community.left": N_("{who} left the community."),
    "community.opened_to_invited": N_("A member came into the community by invitation."),
    "community.requested": N_("{who} asked to join the community."),
    "member.capacity_changed": N_("{who} changed the member’s capacity."),
    "member.deactivated": N_("{who} ended the membership."),
    "member.dossier_read": N_("{who} read the member’s dossier."),
    "member.followed": N_("{who} follows another member."),
    "member.groups_changed": N_("{who} changed the member’s groups."),
    "member.import_done": N_("The list of people is worked off."),
    "member.import_started": N_("{who} sent a list of people to invite."),
    "member.invitation_revoked": N_("{who} withdrew the invitation."),
    "member.invited": N_("{who} invited somebody."),
    "member.invited_again": N_("{who} sent the invitation again."),
    "member.reactivated": N_("{who} opened the space again to a former member."),
    "member.sessions_ended": N_("{who} ended the member’s sessions."),
    "member.unfollowed": N_("{who} no longer follows another member."),
    "privacy.erased": N_("A member was forgotten, as they had asked."),
    "privacy.erasure_asked": N_("{who} asked to be forgotten."),
    "privacy.erasure_postponed": N_("{who} could not be forgotten yet."),
    "privacy.erasure_withdrawn": N_("{who} no longer asks to be forgotten."),
    "privacy.export_asked": N_("{who} asked for a copy of their data."),
    "privacy.export_taken": N_("{who} downloaded the copy of their data."),
}  # fmt: skip

SUBJECTS: dict[str, str] = {
    "community": N_("community"),
    "invitation": N_("invitation"),
    "member": N_("member"),
    "member_import": N_("list of people"),
}
