"""Yearly reports as they were published. Keys, policies and checks stand in the migration."""

from piccolo.columns import JSONB, UUID, Integer, Timestamptz

from parvis.core.tables import TenantTable


class TransparencyReport(TenantTable):
    """The figures of a year as published; a correction is a further version, never a change."""

    year = Integer()
    version = Integer()
    figures = JSONB()
    published_by = UUID()
    published_at = Timestamptz()
