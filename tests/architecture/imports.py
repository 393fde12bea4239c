"""Reading the imports of `platform/parvis` as text: nothing is run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "platform"


@dataclass(frozen=True)
class Import:
    """One import: the module that writes it, the line, and the dotted name it reaches."""

    importer: str
    line: int
    target: str

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"


def modules() -> Iterator[tuple[str, Path]]:
    """Yield (dotted name, file) of every module of the package, migrations left out."""
    for path in sorted((ROOT / "parvis").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports() -> Iterator[Import]:
    """Yield every import of the package."""
    for name, path in modules():
        yield from imports_in(name, path.read_text("utf-8"))


def imports_in(name: str, source: str) -> Iterator[Import]:
    """Yield the imports of one source text; `from a import b` reaches `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield Import(name, node.lineno, f"{node.module}.{alias.name}")
