"""How long words stay that nobody published: reports and notices, once they are decided."""

from parvis.core import db
from parvis.core.retention import RetentionDue
from parvis.features.moderation.legal_notices.retention import forget_notifiers

# Causes are never changed but by this function, which minds legal holds itself.
_NOTES = "SELECT forget_review_notes($1, $2, $3)"


async def let_go(due: RetentionDue) -> None:
    """Empty what people wrote to moderators, when it was decided long enough ago."""
    if due.name == "review_notes":
        due.gone.append(await db.fetch_value(_NOTES, due.before, due.most))
    elif due.name == "legal_notices":
        emptied = await forget_notifiers(
            due.before, most=due.most, members=due.members, contributions=due.contributions
        )
        due.gone.append(emptied)
