"""The journal’s words for what members write: posts, comments, profiles, thanks."""

from parvis.core.i18n import N_

SENTENCES: dict[str, str] = {
    "comment.held": N_("{who} sent a comment, which waits for a moderator."),
    "comment.published": N_("{who} published a comment."),
    "comment.revised": N_("{who} changed the comment."),
    "comment.revision_held": N_("{who} changed the comment; the change waits for a moderator."),
    "comment.withdrawn": N_("{who} withdrew the comment."),
    "post.held": N_("{who} sent a post, which waits for a moderator."),
    "post.published": N_("{who} published a post."),
    "post.revised": N_("{who} changed the post."),
    "post.revision_held": N_("{who} changed the post; the change waits for a moderator."),
    "post.withdrawn": N_("{who} withdrew the post."),
    "profile.changed": N_("{who} changed their profile."),
    "profile.held": N_("{who} changed their profile; the change waits for a moderator."),
    "profile.listed": N_("{who} appears in the directory again."),
    "profile.photo_changed": N_("{who} changed their photo."),
    "profile.photo_removed": N_("{who} removed their photo."),
    "profile.revision_held": N_("{who} changed their profile; the change waits for a moderator."),
    "profile.unlisted": N_("{who} no longer appears in the directory."),
    "profile.withdrawn": N_("{who} took a change of their profile back."),
    "reaction.added": N_("{who} thanked the author."),
    "reaction.removed": N_("{who} took their thanks back."),
}  # fmt: skip

SUBJECTS: dict[str, str] = {
    "comment": N_("comment"),
    "post": N_("post"),
    "profile": N_("profile"),
}
