"""What is taken away: every way in which one check of a module can be missing."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# Functions whose call is itself a check: nothing is done with what they return.
CHECKS = ("check", "_check", "suit", "validate", "require")

Change = Callable[[ast.AST], ast.AST | None]


@dataclass(frozen=True)
class Mutant:
    """A module with one check less. `what` says which, in the words of the source."""

    line: int
    what: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.line}: {self.what}"


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module, in the order of its lines; the same each time."""
    tree = ast.parse(source)
    places = list(ast.walk(tree))
    found = [
        Mutant(_line(node), what, _changed(tree, number, change))
        for number, node in enumerate(places)
        for what, change in _changes(node)
    ]
    plain = ast.unparse(tree)
    yield from sorted((one for one in found if one.source != plain), key=lambda m: m.line)


def _line(node: ast.AST) -> int:
    """Return where a node stands; a comprehension has no line of its own, but its list has."""
    line: int = node.iter.lineno if isinstance(node, ast.comprehension) else node.lineno
    return line


def _changed(tree: ast.Module, number: int, change: Change) -> str:
    mutated = copy.deepcopy(tree)
    target = list(ast.walk(mutated))[number]
    replacement = change(target)
    if replacement is not None:
        _replace(mutated, target, replacement)
    return ast.unparse(ast.fix_missing_locations(mutated))


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                value[:] = [new if entry is old else entry for entry in value]


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    for kind, changes in _BY_KIND:
        if isinstance(node, kind):
            yield from changes(node)


def _of_if(node: ast.If) -> Iterator[tuple[str, Change]]:
    yield f"never: if {ast.unparse(node.test)}", _with(test=ast.Constant(value=False))


def _of_operands(node: ast.BoolOp) -> Iterator[tuple[str, Change]]:
    for place, operand in enumerate(node.values):
        yield f"without: {ast.unparse(operand)}", _without_operand(place)


def _of_not(node: ast.UnaryOp) -> Iterator[tuple[str, Change]]:
    if isinstance(node.op, ast.Not):
        yield f"without not: {ast.unparse(node)}", _only_operand


def _of_limit(node: ast.Compare) -> Iterator[tuple[str, Change]]:
    for place, operator in enumerate(node.ops):
        if neighbour := _NEIGHBOURS.get(type(operator)):
            text = f"limit moved: {ast.unparse(node)} ({place})"
            yield text, _with_operator(place, neighbour)


def _of_call_for_nothing(node: ast.Expr) -> Iterator[tuple[str, Change]]:
    if _is_check(node.value):
        yield f"not called: {ast.unparse(node.value)}", _nothing


def _of_entries(node: ast.Dict) -> Iterator[tuple[str, Change]]:
    for place, key in enumerate(node.keys):
        if isinstance(key, ast.Constant):
            yield f"left out: {ast.unparse(key)}", _without_entry(place)


def _of_elements(node: ast.For | ast.comprehension | ast.Assign) -> Iterator[tuple[str, Change]]:
    listed = node.value if isinstance(node, ast.Assign) else node.iter
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
        return  # two things are named at once, nothing is listed
    if isinstance(listed, ast.Tuple) and len(listed.elts) > 1:
        for place, element in enumerate(listed.elts):
            yield f"not among: {ast.unparse(element)}", _without_element(place)


def _of_switches(node: ast.Call) -> Iterator[tuple[str, Change]]:
    for place, keyword in enumerate(node.keywords):
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
            yield f"turned: {ast.unparse(keyword)}", _with_turned(place)


_BY_KIND: tuple[tuple[Any, Callable[[Any], Iterator[tuple[str, Change]]]], ...] = (
    (ast.If, _of_if),
    (ast.BoolOp, _of_operands),
    (ast.UnaryOp, _of_not),
    (ast.Compare, _of_limit),
    (ast.Expr, _of_call_for_nothing),
    (ast.Dict, _of_entries),
    (ast.For | ast.comprehension | ast.Assign, _of_elements),
    (ast.Call, _of_switches),
)


def _is_check(value: ast.expr) -> bool:
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return False
    name = value.func.attr if isinstance(value.func, ast.Attribute) else ast.unparse(value.func)
    return name.startswith(CHECKS)


_NEIGHBOURS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip


def _with(**fields: ast.AST) -> Change:
    def change(node: ast.AST) -> None:
        for field, value in fields.items():
            setattr(node, field, value)

    return change


def _without_operand(place: int) -> Change:
    def change(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.BoolOp)
        rest = [value for number, value in enumerate(node.values) if number != place]
        return rest[0] if len(rest) == 1 else ast.BoolOp(op=node.op, values=rest)

    return change


def _with_operator(place: int, operator: type[ast.cmpop]) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        node.ops[place] = operator()

    return change


def _only_operand(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.UnaryOp)
    return node.operand


def _nothing(_node: ast.AST) -> ast.AST:
    return ast.Pass()


def _without_element(place: int) -> Change:
    def change(node: ast.AST) -> None:
        listed = node.value if isinstance(node, ast.Assign) else node.iter
        del listed.elts[place]

    return change


def _without_entry(place: int) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Dict)
        del node.keys[place], node.values[place]

    return change


def _with_turned(place: int) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        value = node.keywords[place].value
        assert isinstance(value, ast.Constant)
        value.value = not value.value

    return change
