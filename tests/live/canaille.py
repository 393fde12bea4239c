"""canaille as a process: a whole product with its own pages, passwords and opinions."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import RSAKey

from parvis.settings import REPOSITORY
from tests.live.browser import LiveBrowser, form_fields
from tests.live.house import LOOPBACK, PLAIN_SECRET, START_SECONDS, answers, running

PROGRAM = REPOSITORY / "tests" / "providers" / "canaille_provider.py"
PYTHON = REPOSITORY / ".providers" / "canaille" / "bin" / "python"
PASSWORD = "correct horse battery staple"


def is_installed() -> bool:
    return PYTHON.exists()


class Canaille:
    """The provider at its address, and the way through its two sign-in pages."""

    def __init__(self, port: int, site: str) -> None:
        self.issuer = f"http://{LOOPBACK}:{port}"
        self._port, self._site = port, site

    @contextmanager
    def run(self, folder: Path) -> Iterator[None]:
        """Serve until the block ends."""
        file = folder / "canaille.json"
        file.write_text(json.dumps(self._settings()))
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        with running("canaille", [str(PYTHON), str(PROGRAM), str(file)], folder, environment) as op:
            metadata = f"{self.issuer}/.well-known/openid-configuration"
            op.wait_until(lambda: answers(metadata), seconds=START_SECONDS)
            yield

    def _settings(self) -> dict[str, Any]:
        key = RSAKey.generate_key(2048, {"alg": "RS256", "use": "sig"})
        key.ensure_kid()
        return {
            "port": self._port,
            "keys": [key.as_dict(private=True)],
            "users": [
                {
                    "user_name": "anna",
                    "formatted_name": "Anna Berliet",
                    "given_name": "Anna",
                    "family_name": "Berliet",
                    "emails": ["anna@vive.example"],
                    "preferred_language": "fr",
                    "password": PASSWORD,
                }
            ],
            "clients": [
                self._client("basic", "client_secret_basic") | {"client_secret": PLAIN_SECRET},
                self._client("keys", "private_key_jwt")
                | {"jwks_uri": f"{self._site}/.well-known/jwks.json"},
            ],
        }

    def _client(self, kind: str, method: str) -> dict[str, Any]:
        return {
            "client_id": f"parvis-{kind}",
            "client_name": f"Parvis {kind}",
            "client_uri": self._site,  # on loopback, which it trusts: no page of consent
            "redirect_uris": [f"{self._site}/auth/oidc/canaille-{kind}/callback"],
            "post_logout_redirect_uris": [f"{self._site}/signed-out"],
            "token_endpoint_auth_method": method,
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "scope": ["openid", "profile", "email"],
            "id_token_signed_response_alg": "RS256",
        }

    def sign_in(
        self, browser: LiveBrowser, asked: httpx.Response, user: str, password: str = PASSWORD
    ) -> httpx.Response:
        """Give name and password; return our callback's answer, or the page that refuses."""
        page = browser.follow(asked, until=f"{self.issuer}/login")
        answer = browser.post(str(page.url), form_fields(page) | {"login": user})
        page = browser.follow(answer, until=f"{self.issuer}/auth/password")
        answer = browser.post(str(page.url), form_fields(page) | {"password": password})
        if answer.status_code == 200:
            return answer
        return browser.follow(answer, until=f"{self._site}/auth/oidc/")
