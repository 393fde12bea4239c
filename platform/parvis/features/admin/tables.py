"""Figures of the tenant's life. Keys, policies and checks stand in the migration."""

from piccolo.columns import DoublePrecision, Integer, Text, Timestamptz

from parvis.core.tables import TenantTable


class Insight(TenantTable):
    """A figure as it was last counted, over at least five people; `part` tells kinds apart."""

    name = Text()
    part = Text()
    unit = Text()
    value = DoublePrecision()
    among = Integer()
    counted_at = Timestamptz()
