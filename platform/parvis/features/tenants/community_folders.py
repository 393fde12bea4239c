"""What a tenant's folder holds for single communities, checked without a database."""

from collections.abc import Iterator
from pathlib import Path

from parvis.features.charter import document as charter
from parvis.features.charter.verdict import TENANT_SCOPE
from parvis.features.tenants.charter_file import community_folders, read_charter
from parvis.features.tenants.document import CHARTER_FILE, TenantDocument
from parvis.features.tenants.problems import Problem, TenantFileError, hint


def charters(folder: Path) -> dict[str, str]:
    """Return the sources of the communities' own charters, by slug."""
    return {one.name: read_charter(one / CHARTER_FILE) for one in community_folders(folder)}


def problems(folder: Path, document: TenantDocument | None) -> Iterator[Problem]:
    """Yield what is wrong with the folders of communities, and with the charters in them.

    Without a `document` that is sound, nothing is known of which communities there are.
    """
    known = [one.slug for one in document.community] if document else None
    for one in community_folders(folder):
        file = one / CHARTER_FILE
        if known is not None and one.name not in known:
            text = f'there is no [[community]] "{one.name}"{hint(one.name, known)}'
            yield Problem(file, 1, text)
        if one.name == TENANT_SCOPE:
            yield Problem(
                file, 1, f'"{TENANT_SCOPE}" is what the charter of the whole firm is called'
            )
        if not file.is_file():
            yield Problem(file, 1, f"{CHARTER_FILE} is missing in this community's folder")
            continue
        try:
            charter.load(file, of_community=True)
        except TenantFileError as error:
            yield from error.problems
