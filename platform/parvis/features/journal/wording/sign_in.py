"""The journal’s words for coming in: connections, sessions, emergency access."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "connection.changed": N_("{who} changed the settings of a connection."),
    "connection.created": N_("{who} added a connection."),
    "connection.disabled": N_("{who} shut a connection and ended its sessions."),
    "connection.enabled": N_("{who} opened a connection."),
    "connection.sessions_ended": N_("{who} ended all sessions of a connection."),
    "connection.tested": N_("{who} tried a connection out."),
    "domain.claimed": N_("{who} added an e-mail domain to a connection."),
    "domain.lost": N_("An e-mail domain no longer shows its record: it leads nowhere any more."),
    "domain.removed": N_("{who} removed an e-mail domain from a connection."),
    "domain.verified": N_("An e-mail domain of a connection was verified."),
    "emergency.added": N_("The operator gave somebody emergency access."),
    "emergency.enrolled": N_("{who} enrolled for emergency access."),
    "emergency.revoked": N_("The operator took emergency access away."),
    "emergency.signed_in": N_("{who} signed in by emergency access."),
    "identity.admitted": N_("A member came in for the first time."),
    "identity.bound": N_("A member of the directory signed in for the first time."),
    "identity.client_key_rotated": N_(
        "The key by which sign-in services know this space was renewed."
    ),
    "identity.email_shared": N_("A member came in with the address of another."),
    "identity.invitation_accepted": N_("A member came in by invitation."),
    "identity.other_sessions_ended": N_("{who} ended all of their other sessions."),
    "identity.session_ended": N_("{who} ended one of their sessions."),
    "identity.sessions_ended": N_("{who} ended all sessions."),
    "identity.signed_in": N_("{who} signed in."),
    "identity.signed_out": N_("{who} signed out."),
    "identity.stepped_up": N_("{who} confirmed who they are."),
}  # fmt: skip

SUBJECTS: dict[str, str] = {
    "connection": N_("connection"),
    "session": N_("session"),
}
