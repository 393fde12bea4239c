"""What a browser brings to a sign-in, and back from it, before anything of it is believed."""

import pytest

from parvis.features.identity.attempts import parse_callback
from parvis.integrations.login import LoginError

from .conftest import Visitor


@pytest.mark.parametrize("query", ["state=a&state=b", "code=&code=a", "state=a&iss=&iss=b"])
def test_parameter_that_comes_twice_is_refused(query: str) -> None:
    with pytest.raises(LoginError, match="callback_malformed"):
        parse_callback(query)


def test_empty_parameter_is_not_taken_for_a_missing_one() -> None:
    # An empty `iss` is a wrong one; a missing one may be right.
    assert parse_callback("state=a&iss=&code=b") == {"state": "a", "iss": "", "code": "b"}


@pytest.mark.parametrize("planted", ["x", "a" * 42, "é" * 43, "a b" * 15])
async def test_browser_token_that_is_none_of_ours_is_replaced(
    visitor: Visitor, planted: str
) -> None:
    header = {"cookie": f"__Host-pre={planted}".encode()}
    answer = await visitor.browser.get("/auth/oidc/espace-client/start", headers=header)
    assert answer.status_code == 303
    given = answer.headers["set-cookie"].split("__Host-pre=")[1].split(";")[0]
    assert len(given) == 43
    assert given != planted
