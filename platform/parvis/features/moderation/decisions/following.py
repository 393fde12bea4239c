"""What an item judges follows its author: a decision is about the words that readers see now."""

from parvis.core import db
from parvis.core.events import RevisionShown

_FOLLOW = """
    UPDATE review_item SET revision_id = $3, version = version + 1
     WHERE tenant_id = $1 AND target_kind = 'contribution' AND contribution_id = $2
       AND status IN ('open', 'claimed', 'escalated') AND revision_id <> $3
"""


async def follow_shown(event: RevisionShown) -> None:
    """Make an open item judge the words readers see since; whoever looked before is told (409)."""
    await db.execute(_FOLLOW, event.contribution_id, event.revision_id)
