"""The folder that `parvis tenant new` writes: files to change, each line of which is explained."""

from pathlib import Path
from string import Template

HERE = Path(__file__).parent


def write_starter(folder: Path, *, name: str, theme: str) -> None:
    """Fill `folder` with the starter's files, named after it. Files already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    words = {"slug": folder.name, "name": name, "theme": theme, "folder": str(folder)}
    for template in sorted(HERE.glob("*.toml")):
        target = folder / template.name
        if not target.exists():
            target.write_text(Template(template.read_text()).substitute(words))
