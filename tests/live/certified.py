"""oidc-provider as a process: its clients and people, its keys, and how one signs in there."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import ECKey, KeySet, RSAKey

from parvis.demo.child import Child
from parvis.settings import REPOSITORY
from tests.live.browser import LiveBrowser
from tests.live.house import CLIENT_SECRET, LOOPBACK, START_SECONDS, answers

PROGRAM = REPOSITORY / "tests" / "providers" / "oidc_provider.mjs"
MODULE = REPOSITORY / ".providers/oidc-provider/node_modules/oidc-provider/lib/index.js"
# install.sh puts a Node there where the machine's own is too old.
OWN_NODE = REPOSITORY / ".providers/node/node_modules"
LOW, HIGH = "urn:example:loa:1", "urn:example:loa:2"
# Two of these have names that break what assumes a first and a last one.
ACCOUNTS: dict[str, dict[str, Any]] = {
    "anna": {"name": "Anna Berliet", "email": "anna@vive.example", "email_verified": True},
    "sudarsono": {"name": "Sudarsono", "locale": "en", "groups": ["moderator"]},
    "wang": {"name": "王小明"},
    "nguyen": {
        "name": "Nguyen",
        "verified_claims": {
            "verification": {
                "trust_framework": "eidas",
                "assurance_level": "substantial",
                "time": "2026-03-14T09:30:00Z",
            },
            "claims": {"name": "Nguyễn Thị Minh Khai"},
        },
    },
}


def is_installed() -> bool:
    return MODULE.exists() and node() is not None


def node() -> str | None:
    """Return the Node to run the provider with, None when there is none."""
    own = next(OWN_NODE.glob("node-*/bin/node"), None)
    return str(own) if own else shutil.which("node")


class Certified:
    """A provider that can be started again with other keys, at the same address."""

    def __init__(self, folder: Path, port: int, site: str) -> None:
        self.issuer = f"http://{LOOPBACK}:{port}"
        self._folder, self._port, self._site = folder, port, site
        self._child: Child | None = None

    def start(self, keys: KeySet) -> None:
        """Serve with these signing keys; what people did there before is forgotten."""
        self.stop()
        file = self._folder / "certified.json"
        file.write_text(json.dumps(self._settings(keys)))
        program = [node() or "node", str(PROGRAM), str(file)]
        log = self._folder / "certified.log"
        self._child = Child("certified", program, log=log, environment=os.environ)
        metadata = f"{self.issuer}/.well-known/openid-configuration"
        self._child.wait_until(lambda: answers(metadata), seconds=START_SECONDS)

    def stop(self) -> None:
        if self._child:
            self._child.stop()
            self._child = None

    def _settings(self, keys: KeySet) -> dict[str, Any]:
        return {
            "module": str(MODULE),
            "issuer": self.issuer,
            "port": self._port,
            "keys": keys.as_dict(private=True),
            "acrValues": [LOW, HIGH],
            "accounts": ACCOUNTS,
            "clients": [
                self._client("basic")
                | {
                    "client_secret": CLIENT_SECRET,
                    "token_endpoint_auth_method": "client_secret_basic",
                    "id_token_signed_response_alg": "RS256",
                },
                self._client("keys")
                | {
                    "jwks_uri": f"{self._site}/.well-known/jwks.json",
                    "token_endpoint_auth_method": "private_key_jwt",
                    "token_endpoint_auth_signing_alg": "ES256",
                    "id_token_signed_response_alg": "ES256",
                    "require_pushed_authorization_requests": True,
                },
            ],
        }

    def _client(self, kind: str) -> dict[str, Any]:
        here = f"{self._site}/auth/oidc/certified-{kind}"
        return {
            "client_id": f"parvis-{kind}",
            "redirect_uris": [f"{here}/callback"],
            "post_logout_redirect_uris": [f"{self._site}/signed-out"],
            "backchannel_logout_uri": f"{here}/backchannel",
            "backchannel_logout_session_required": True,
            "response_types": ["code"],
            "grant_types": ["authorization_code"],
        }

    def sign_in(
        self, browser: LiveBrowser, asked: httpx.Response, account: str, **more: Any
    ) -> httpx.Response:
        """Follow our answer to the sign-in page, fill it in; return our callback's answer."""
        page = browser.follow(asked, until=f"{self.issuer}/interaction/")
        return self.fill_in(browser, page, account, **more)

    def fill_in(
        self,
        browser: LiveBrowser,
        page: httpx.Response,
        account: str,
        *,
        amr: Sequence[str] = ("pwd",),
        **more: Any,
    ) -> httpx.Response:
        """Post the provider's sign-in page; return what our callback answers."""
        answer = browser.post(str(page.url), {"account": account, "amr": list(amr)} | more)
        return browser.follow(answer, until=f"{self._site}/auth/oidc/")

    def sign_out(self, browser: LiveBrowser) -> httpx.Response:
        """Leave at the provider itself, as somebody does who never opened our pages."""
        return self.confirm_sign_out(browser, browser.get(f"{self.issuer}/session/end"))

    def confirm_sign_out(self, browser: LiveBrowser, page: httpx.Response) -> httpx.Response:
        """Say yes on the provider's page that asks whether to sign out."""
        token = page.text.partition('name="xsrf" value="')[2].partition('"')[0]
        assert token, page.text
        return browser.post(f"{self.issuer}/session/end/confirm", {"xsrf": token, "logout": "yes"})


def signing_keys(name: str) -> KeySet:
    """Fresh keys for every algorithm the clients want; `name` is in their key ids."""
    return KeySet(
        [
            RSAKey.generate_key(2048, {"kid": f"{name}-rsa", "use": "sig"}),
            ECKey.generate_key("P-256", {"kid": f"{name}-ec", "use": "sig", "alg": "ES256"}),
        ]
    )
