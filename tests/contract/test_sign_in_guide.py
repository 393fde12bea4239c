"""What the sign-in guide shows is so: its examples apply, its table and addresses are ours."""

import re
from pathlib import Path

import msgspec
import pytest

from parvis.features.identity import client_keys, connections
from parvis.features.identity.claims import CLAIMS
from parvis.features.identity.routes import backchannel
from parvis.features.tenants.document import ConnectionTable
from parvis.features.tenants.starter import write_starter
from parvis.features.tenants.verification import verified
from parvis.settings import REPOSITORY

GUIDE = (REPOSITORY / "platform/docs/guides/sign-in.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
TABLE = GUIDE.partition("## Our settings")[2].partition("**Claims.**")[0]
# What every connection has and no provider decides.
OUR_OWN = {"slug", "label", "is_enabled"}


@pytest.mark.parametrize("example", EXAMPLES, ids=["entra", "okta", "keycloak"])
def test_example_is_a_connection_that_may_be_used(example: str, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    write_starter(folder, name="Acme", theme="parvis")
    file = folder / "tenant.toml"
    begin, _, rest = file.read_text("utf-8").partition("\n[[connection]]")
    _, _, after = rest.partition("\n[[role_group]]")
    file.write_text(f"{begin}\n{example}\n[[role_group]]{after}", "utf-8")
    document = verified(folder, themes=REPOSITORY / "themes").value
    assert [connection.slug for connection in document.connection] == ["acme"]


def test_table_names_every_setting_and_none_that_is_not() -> None:
    named = set(re.findall(r"^\| [^|]+ \| `(\w+)` \|", TABLE, re.MULTILINE))
    fields = {field.name for field in msgspec.structs.fields(ConnectionTable)}
    assert named == fields - OUR_OWN


def test_claims_are_those_that_are_read() -> None:
    sentence = re.search(r"\*\*Claims\.\*\* Ours are ([^.]+)\.", GUIDE)
    assert sentence
    assert set(re.findall(r"`(\w+)`", sentence[1])) == set(CLAIMS)


@pytest.mark.parametrize(
    "path",
    [
        connections.CALLBACK_PATH,
        connections.SIGNED_OUT_PATH,
        client_keys.JWKS_PATH,
        *backchannel.backchannel_logout.paths,
        "/scim/v2",
    ],
)
def test_addresses_are_where_we_listen(path: str) -> None:
    assert f"`https://club.acme.example{re.sub('{[^}]*}', 'acme', path)}`" in GUIDE
