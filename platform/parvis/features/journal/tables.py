"""The journal's one table. `parvis_app` may insert and select, and nothing else."""

from piccolo.columns import JSONB, UUID, Text, Timestamptz

from parvis.core.tables import TenantTable


class JournalEntry(TenantTable):
    """One thing that happened. No actor: Parvis itself, named in `data["by"]`."""

    actor_id = UUID(null=True, default=None)
    act = Text()
    subject_kind = Text(null=True, default=None)
    subject_id = UUID(null=True, default=None)
    data = JSONB()
    at = Timestamptz()
