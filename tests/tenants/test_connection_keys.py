"""Everything a file may say of a way in reaches the database, and comes back from an export."""

from pathlib import Path
from typing import Any

import pytest

from parvis.core import clock, db
from parvis.features.tenants.actions import apply_folder
from parvis.features.tenants.plan import plans
from parvis.features.tenants.problems import TenantFileError
from parvis.settings import Settings

from .test_apply import applied, change, live
from .test_apply import write_files as export

KEYS = """
profile = "fapi2"
algorithms = ["PS256", "ES256"]
assertion_algorithm = "PS256"
assertion_audience = "issuer"
pkce = "assumed"
texts_as_booleans = true
admission_domains = ["maison.example"]
admission_groups = ["moderator"]
acr_map = { "urn:bank:password" = "basic", "urn:bank:sca" = "strong" }
trust_frameworks = ["eidas", "fr_aml"]
external_id_claim = "oid"
domains = ["maison.example", "xn--mnage-bsa.example"]
"""
COLUMNS: dict[str, Any] = {
    "auth_method": "private_key_jwt",
    "profile": "fapi2",
    "algorithms": ["PS256", "ES256"],
    "assertion_algorithm": "PS256",
    "assertion_audience": "issuer",
    "pkce": "assumed",
    "texts_as_booleans": True,
    "admission": "scim_only",
    "admission_domains": ["maison.example"],
    "admission_groups": ["moderator"],
    "trust_frameworks": ["eidas", "fr_aml"],
    "external_id_claim": "oid",
    "secret_sealed": None,
}


@pytest.fixture
def strict(folder: Path) -> Path:
    """A folder whose connection says everything that can be said."""
    change(folder, 'auth_method = "none"', f'auth_method = "private_key_jwt"{KEYS}')
    change(folder, 'admission = "jit"', 'admission = "scim_only"')
    return folder


async def test_every_key_of_a_connection_reaches_its_column(
    strict: Path, migrated: Settings, operator: Any
) -> None:
    tenant_id = (await apply_folder(strict, settings=migrated)).tenant_id
    async with operator.transaction(tenant_id):
        row = await db.fetch_row("SELECT * FROM connection WHERE tenant_id = $1")
    assert row is not None
    assert {name: row[name] for name in COLUMNS} == COLUMNS
    assert db.from_jsonb(row["acr_map"], dict[str, str])["urn:bank:sca"] == "strong"


async def test_every_key_comes_back_from_an_export(
    strict: Path, migrated: Settings, operator: Any, tmp_path: Path
) -> None:
    await applied(strict, migrated)
    copy = tmp_path / "copy" / strict.name
    export(copy, await live(operator, migrated, strict.name))
    assert await applied(copy, migrated) == []


async def test_what_a_file_no_longer_says_goes_back_to_what_is_usual(
    strict: Path, migrated: Settings, operator: Any
) -> None:
    await applied(strict, migrated)
    change(strict, 'trust_frameworks = ["eidas", "fr_aml"]\n', "")
    (told,) = await applied(strict, migrated)
    assert "trust_frameworks" in told
    found = await live(operator, migrated, strict.name)
    assert found.document.connection[0].trust_frameworks == ()


async def test_the_operators_word_makes_domains_and_takes_only_its_own_back(
    strict: Path, migrated: Settings, operator: Any
) -> None:
    tenant_id = (await apply_folder(strict, settings=migrated)).tenant_id

    async def domains() -> dict[str, str | None]:
        async with operator.transaction(tenant_id):
            rows = await db.fetch(
                "SELECT domain, verified_by FROM connection_domain WHERE tenant_id = $1"
            )
        return {row["domain"]: row["verified_by"] for row in rows}

    vouched = {"maison.example": "operator", "xn--mnage-bsa.example": "operator"}
    assert await domains() == vouched
    async with operator.transaction(tenant_id):
        for domain, by in (("dns.example", "dns"), ("claimed.example", None)):
            await db.insert(
                "connection_domain", domain=domain, verified_by=by, challenge="c",
                created_at=clock.now(),
                connection_id=await db.fetch_value(
                    "SELECT id FROM connection WHERE tenant_id = $1 LIMIT 1"
                ),
            )  # fmt: skip
    assert await applied(strict, migrated) == []
    change(strict, '"maison.example", "xn--mnage-bsa.example"]', '"claimed.example"]')
    (told,) = await applied(strict, migrated)
    assert "domains" in str(told)
    assert await domains() == {"dns.example": "dns", "claimed.example": "operator"}


@pytest.mark.parametrize(
    "domains",
    ['["localhost"]', '["Maison.example"]', '["a.example", "a.example"]', '["192.0.2.1"]'],
)
def test_what_is_no_domain_is_found_in_the_file(
    strict: Path, migrated: Settings, domains: str
) -> None:
    change(strict, 'domains = ["maison.example", "xn--mnage-bsa.example"]', f"domains = {domains}")
    with pytest.raises(TenantFileError, match="domain"):
        plans([strict], migrated)
