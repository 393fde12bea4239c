"""House rules as code: each is shown to catch what it forbids, then held against the tree."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parvis.core.permissions import Permission
from tests.architecture.imports import modules

REPOSITORY = Path(__file__).resolve().parents[2]
MOST_LINES = 300
STATEMENT = re.compile(r"\s*(SELECT|UPDATE|DELETE FROM|INSERT INTO|WITH)\b")
BARE_SILENCE = re.compile(r"# (noqa(: ?[A-Z0-9, ]+)?|type: ignore(\[[\w, -]+\])?)\s*$")
NAMED = ("tenant_id", "tenant WHERE id = $1")

Rule = Callable[[str, ast.Module], Iterator[str]]


def no_gather(_name: str, tree: ast.Module) -> Iterator[str]:
    """One connection a request: queries are never gathered (decision 0002)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "gather":
            yield f"line {node.lineno}: asyncio.gather"


def no_escape_from_the_transaction(_name: str, tree: ast.Module) -> Iterator[str]:
    """Piccolo's batch, run_sync and run(node=…) leave the tenant transaction."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            leaves = node.func.attr in {"batch", "run_sync"}
            on_node = node.func.attr == "run" and any(k.arg == "node" for k in node.keywords)
            if leaves or on_node:
                yield f"line {node.lineno}: {node.func.attr}"


def no_naive_time(_name: str, tree: ast.Module) -> Iterator[str]:
    """Time comes from core.clock, so that tests and seeds can move it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
            owner = ast.unparse(node.value)
            if owner in {"datetime", "dt.datetime", "datetime.datetime", "date", "dt.date"}:
                yield f"line {node.lineno}: {owner}.{node.attr}"


def statements_name_the_tenant(_name: str, tree: ast.Module) -> Iterator[str]:
    """A statement without the tenant fans out to every shard (decision 0002).

    Those assembled of several constants are read as they run, in tests/isolation.
    """
    assembled = {
        id(part) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for part in n.values
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in assembled:
            continue
        text = node.value if isinstance(node.value, str) else ""
        is_statement = STATEMENT.match(text) and "WHERE" in text
        if is_statement and not any(name in text for name in NAMED):
            yield f"line {node.lineno}: {text.strip()[:60]}"


def no_broad_except(_name: str, tree: ast.Module) -> Iterator[str]:
    """Never catch broadly: what is not understood must be seen."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and not _raises(node):
            caught = ast.unparse(node.type) if node.type else "everything"
            if caught in {"Exception", "BaseException", "everything"}:
                yield f"line {node.lineno}: except {caught}"


def permissions_are_named(_name: str, tree: ast.Module) -> Iterator[str]:
    """A permission is a name of the enumeration: a slip in a string would let nobody in, or all."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in set(Permission):
            yield f"line {node.lineno}: {node.value}"


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(handler))


RULES: list[tuple[Rule, str, str]] = [
    (no_gather, "asyncio.gather(a, b)", "await a"),
    (no_escape_from_the_transaction, "Band.select().run_sync()", "await Band.select().run()"),
    (no_naive_time, "datetime.now(UTC)", "clock.now()"),
    (
        statements_name_the_tenant,
        "x = 'SELECT id FROM post WHERE id = $1'",
        "x = 'SELECT id FROM post WHERE tenant_id = $1'",
    ),
    (
        no_broad_except,
        "try:\n    a\nexcept Exception:\n    pass",
        "try:\n    a\nexcept OSError:\n    b",
    ),
    (
        permissions_are_named,
        "actor.may('journal:read')",
        "actor.may(Permission.JOURNAL_READ)",
    ),
]
# Where a rule's own subject lives.
EXEMPT = {
    no_gather: ("parvis.server", "parvis.demo"),
    no_naive_time: ("parvis.core.clock", "parvis.demo"),
    statements_name_the_tenant: (
        "parvis.core.tenancy", "parvis.core.migrate", "parvis.core.jobs", "parvis.demo",
        "parvis.features.tenants", "parvis.seeds",
    ),
    no_broad_except: ("parvis.demo",),
    no_escape_from_the_transaction: (),
    permissions_are_named: ("parvis.core.permissions",),
}  # fmt: skip


@pytest.mark.parametrize("rule", [rule for rule, _, _ in RULES])
def test_the_tree_keeps_the_rule(rule) -> None:
    faults = [
        f"{path.relative_to(REPOSITORY)} {fault}"
        for name, path in modules()
        if not name.startswith(EXEMPT[rule] or "-")
        for fault in rule(name, ast.parse(path.read_text("utf-8")))
    ]
    assert faults == []


@pytest.mark.parametrize(("rule", "bad", "good"), RULES)
def test_the_rule_tells_bad_from_good(rule, bad, good) -> None:
    assert list(rule("parvis.features.x", ast.parse(bad)))
    assert not list(rule("parvis.features.x", ast.parse(good)))


def test_no_file_outgrows_one_subject() -> None:
    too_long = {
        str(path.relative_to(REPOSITORY)): lines
        for _, path in modules()
        if (lines := path.read_text("utf-8").count("\n")) > MOST_LINES
    }
    assert too_long == {}


@pytest.mark.parametrize(
    ("line", "is_bare"),
    [
        ("x = a  # noqa" + ": S105\n", True),
        ("x = a  # type" + ": ignore[misc]\n", True),
        ("x = a  # noqa" + ": S105 -- a reason, not a password\n", False),
        ("x = a  # type" + ": ignore[misc]  # Authlib is untyped\n", False),
    ],
)
def test_a_bare_silence_is_told_from_a_reasoned_one(line: str, is_bare: bool) -> None:
    assert bool(BARE_SILENCE.search(line)) == is_bare


def test_what_is_silenced_says_why() -> None:
    bare = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for folder in ("platform", "tests")
        for path in (REPOSITORY / folder).rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if BARE_SILENCE.search(line)
    ]
    assert bare == []


def test_platform_is_not_a_package() -> None:
    # With an __init__.py the standard library's `platform` would be hidden.
    assert not (REPOSITORY / "platform" / "__init__.py").exists()


def test_there_is_no_utils() -> None:
    assert [name for name, _ in modules() if "util" in name.rsplit(".", 1)[-1]] == []


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile(
        r"https?://[\w.-]*(" + "|".join(("py" + "pi", "python" + "hosted", "npm" + "js")) + r")\."
    )
    tracked = [
        path
        for folder in ("platform", "tenants", "themes", "infra", "tests")
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file() and path.suffix in {".py", ".md", ".json", ".toml", ".sh", ".lock"}
    ]
    tracked += [path for path in REPOSITORY.iterdir() if path.is_file()]
    named = [str(p) for p in tracked if hosts.search(p.read_text("utf-8", errors="ignore"))]
    assert named == []
