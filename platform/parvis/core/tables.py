"""What Piccolo knows of a tenant's table: its columns, and the predicate no query goes without."""

from typing import Any
from uuid import UUID

from piccolo import columns as column_types
from piccolo.query import Count, Delete, Objects, Select, Update
from piccolo.table import Table

from parvis.core.db import current_tenant
from parvis.core.engine import current, engine
from parvis.core.ids import new_id

NO_TENANT = UUID(int=0)


def _tenant_of_row() -> UUID:
    """The open transaction's tenant. Piccolo also asks when a class is made: none exists then."""
    opened = current.get()
    return opened.tenant_id if opened else NO_TENANT


class TenantTable(Table):
    """A table whose rows belong to a tenant. Queries started here name the current tenant.

    Piccolo knows `id` as the primary key; in PostgreSQL it is (tenant_id, id), and keys,
    policies and indexes stand in the migrations (decision 0002).
    """

    id = column_types.UUID(primary_key=True, default=new_id)
    tenant_id = column_types.UUID(default=_tenant_of_row)

    def __init_subclass__(cls, **options: Any) -> None:
        # Piccolo does not hand the engine down: each table would look for a piccolo_conf module.
        super().__init_subclass__(db=engine, **options)

    @classmethod
    def select(cls, *columns: Any, **options: Any) -> Select[Any]:
        return super().select(*columns, **options).where(cls.tenant_id == current_tenant())

    @classmethod
    def objects(cls, *prefetch: Any) -> Objects[Any]:
        return super().objects(*prefetch).where(cls.tenant_id == current_tenant())

    @classmethod
    def update(cls, *values: Any, **options: Any) -> Update[Any]:
        return super().update(*values, **options).where(cls.tenant_id == current_tenant())

    @classmethod
    def delete(cls, force: Any = False) -> Delete:  # noqa: FBT002 -- Piccolo's signature
        return super().delete(force=force).where(cls.tenant_id == current_tenant())

    @classmethod
    def count(cls, column: Any = None, distinct: Any = None) -> Count:
        return super().count(column, distinct).where(cls.tenant_id == current_tenant())
