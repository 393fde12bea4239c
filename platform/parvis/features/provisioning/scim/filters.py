"""Filters of the protocol as conditions of SQL, on columns with an index, or not at all.

A page is never filtered after it was read: its numbers would be wrong. With row-level security
PostgreSQL uses an index only for operators that cannot leak, so texts are compared by equality
alone, folded as the protocol compares them.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from scim2_models import AttributeBinding, InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    LogicalOperator,
    Present,
    ValuePath,
)

MOST_CHARACTERS = 2000
MOST_TERMS = 20
_TIMES = {
    CompareOperator.eq: "=",
    CompareOperator.gt: ">",
    CompareOperator.ge: ">=",
    CompareOperator.lt: "<",
    CompareOperator.le: "<=",
}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """What an attribute is in SQL: a condition with one place, and its value made comparable.

    `present` is the condition that it has a value; None where that is not told.
    """

    sql: str
    value: Callable[[Any], Any]
    is_time: bool = False
    present: str | None = "true"


def folded(text: str) -> str:
    """Return the text as values are compared where case does not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def exact(text: str) -> str:
    """Return the text as values are compared where case counts."""
    return unicodedata.normalize("NFC", text)


def uuid_or_none(text: str) -> UUID | None:
    """Return the id, None for what is none: it equals nothing."""
    try:
        return UUID(text)
    except ValueError:
        return None


class Condition:
    """A WHERE clause as it grows: its text, and the values for the places in it.

    Attributes that no resource searched has were refused when the request was read.
    """

    def __init__(self, columns: Mapping[str, Column], *, first_place: int) -> None:
        self._columns = columns
        self._next = first_place
        self._terms = 0
        self.values: list[Any] = []

    def of(self, given: ScimFilter[Any] | None) -> str:
        """Return the condition, "true" without a filter. Errors: InvalidFilterException."""
        if given is None:
            return "true"
        if len(given) > MOST_CHARACTERS:
            raise InvalidFilterException(detail="This filter is too long.")
        return self._visit(given, given.ast)

    def _visit(self, given: ScimFilter[Any], node: Any) -> str:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise InvalidFilterException(detail="This filter has too many terms.")
        if isinstance(node, LogicalExpr):
            joined = f" {node.op.value} ".join(self._visit(given, term) for term in node.terms)
            return f"({joined})"
        if isinstance(node, Comparison):
            return self._compare(given, node)
        if isinstance(node, Present):
            return self._is_present(given, node)
        if isinstance(node, ValuePath):
            return self._select(given, node)
        raise InvalidFilterException(detail=f"Not supported in filters: {node}")

    def _compare(self, given: ScimFilter[Any], node: Comparison) -> str:
        found = self._find(given, node.attr_path)
        return "false" if found is None else self._with_value(*found, node)

    def _is_present(self, given: ScimFilter[Any], node: Present) -> str:
        found = self._find(given, node.attr_path)
        if found is None:
            return "false"
        if found[0] is None or found[0].present is None:
            raise InvalidFilterException(detail=f"Not supported in filters: {node}")
        return found[0].present

    def _find(
        self, given: ScimFilter[Any], path: AttrPath
    ) -> tuple[Column | None, AttributeBinding] | None:
        """Return the attribute and its column; None for what this kind of resource has not."""
        binding = given.resolve_comparison(path, strict=False)
        if binding is None:
            return None
        parts = (binding.field_name, binding.sub_field_name)
        return self._columns.get(".".join(part for part in parts if part)), binding

    def _with_value(
        self, column: Column | None, binding: AttributeBinding, node: Comparison
    ) -> str:
        operators = _TIMES if column and column.is_time else {CompareOperator.eq: "="}
        if column is None or node.op not in operators or node.value is None:
            raise InvalidFilterException(detail=f"Not supported in filters: {node}")
        value = _moment(node.value) if column.is_time else binding.comparable(node.value)
        return self._placed(column.sql, operators[node.op], column.value(value))

    def _select(self, given: ScimFilter[Any], node: ValuePath) -> str:
        """Return the condition for `emails[type eq "work" and value eq "…"]`."""
        if given.resolve(node.attr_path, strict=False) is None:
            return "false"
        column = self._columns.get(f"{node.attr_path.attr.lower()}[type,value]")
        found = _equals(node.val_filter)
        if column is None or found.keys() != {"type", "value"}:
            raise InvalidFilterException(detail=f"Not supported in filters: {node}")
        kind, value = folded(str(found["type"])), column.value(str(found["value"]))
        return column.sql.format(type=self._place(kind), value=self._place(value))

    def _placed(self, sql: str, operator: str, value: Any) -> str:
        return "false" if value is None else sql.format(op=operator, value=self._place(value))

    def _place(self, value: Any) -> str:
        self.values.append(value)
        self._next += 1
        return f"${self._next - 1}"


def _moment(text: Any) -> datetime:
    """Return a time with its zone; what the model took for one may lack it."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 -- has no zone, so it is refused below
    if moment.tzinfo is None:
        raise InvalidFilterException(detail="A time needs its zone, such as Z.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidFilterException(detail="There is no such time.") from None


def _equals(node: FilterNode) -> dict[str, Any]:
    """Return what attributes must all be equal to; nothing for any other expression."""
    if not isinstance(node, LogicalExpr) or node.op is not LogicalOperator.and_:
        return {}
    equal = [
        (term.attr_path.attr.lower(), term.value)
        for term in node.terms
        if isinstance(term, Comparison) and term.op is CompareOperator.eq
    ]
    return dict(equal) if len(equal) == len(node.terms) else {}
