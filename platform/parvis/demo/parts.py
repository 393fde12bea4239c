"""How each part of the stack is started, and when it counts as ready."""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from parvis.demo import directory_tokens, object_storage, postgres
from parvis.demo.child import Child, ChildError
from parvis.demo.fingerprint import fingerprint
from parvis.demo.plan import LOOPBACK, Places, Ports, Secrets
from parvis.demo.postgres import Postgres
from parvis.demo.running import Running

SOURCES = Path(__file__).resolve().parents[1]
READY_SECONDS, PREPARED_SECONDS = 60.0, 300.0


@dataclass(frozen=True)
class Parts:
    """Starts parts; each method returns once its part is ready, kept in `running`."""

    running: Running
    places: Places
    ports: Ports
    secrets: Secrets
    tenants: Path
    environment: str  # that web and worker are told: demo or development

    def database(self) -> Postgres:
        log = self.places.log("postgres")
        log.parent.mkdir(parents=True, exist_ok=True)
        server = self.running.add(postgres.start(self.places.postgres, log=log))
        server.create_roles()
        return server

    def object_storage(self) -> Child:
        return self.running.add(
            object_storage.start(
                self.places.objects,
                port=self.ports.storage,
                keys=self.secrets.storage,
                log=self.places.log("storage"),
            )
        )

    def identity_provider(self) -> Child:
        arguments = ["--tenants", str(self.tenants), "--public-port", str(self.ports.web)]
        return self._serving(
            "identity provider",
            ["parvis.demo.identity_provider", "--port", str(self.ports.identity), *arguments],
            {
                "PARVIS_ENVIRONMENT": "demo",
                "DIRECTORY_TOKENS": json.dumps(
                    directory_tokens.tokens_of(self.secrets.secret_key, self.tenants)
                ),
            },
            address=(self.ports.identity, "/static/provider.css"),
        )

    def mail_catcher(self) -> Child:
        arguments = ["--smtp-port", str(self.ports.smtp), "--folder", str(self.places.mails)]
        return self._serving(
            "mail catcher",
            ["parvis.demo.mail_catcher", "--port", str(self.ports.mail_page), *arguments],
            {},
            address=(self.ports.mail_page, "/"),
        )

    def preparation(self, settings: Mapping[str, str]) -> None:
        """Migrate, apply the tenants and seed the new ones; return when all is done.

        Nothing is done when sources, tenants and addresses are those of the last time.
        """
        # Inside the database's folder: whoever deletes that folder starts anew.
        mark = self.places.postgres / "prepared"
        now = fingerprint([SOURCES, self.tenants], json.dumps(dict(settings), sort_keys=True))
        if mark.exists() and mark.read_text("utf-8") == now:
            return
        mark.unlink(missing_ok=True)
        child = self._start("preparation", ["parvis.preparation"], settings)
        child.wait_for_end(seconds=PREPARED_SECONDS)
        self.running.stop(child)
        mark.write_text(now, "utf-8")

    def web(self, settings: Mapping[str, str]) -> Child:
        return self._serving(
            "web",
            ["parvis.cli", "serve", "--workers", "1"],
            settings,
            address=(self.ports.web, "/readyz"),
        )

    def worker(self, settings: Mapping[str, str]) -> Child:
        return self._start("worker", ["parvis.cli", "worker"], settings)

    def _serving(
        self, name: str, module: list[str], own: Mapping[str, str], *, address: tuple[int, str]
    ) -> Child:
        child = self._start(name, module, own)
        try:
            child.wait_until(lambda: _answers(*address), seconds=READY_SECONDS)
        except ChildError:
            self.running.stop(child)
            raise
        return child

    def _start(self, name: str, module: list[str], own: Mapping[str, str]) -> Child:
        others = {k: v for k, v in os.environ.items() if not k.startswith("PARVIS_")}
        return self.running.add(
            Child(
                name,
                [sys.executable, "-m", *module],
                log=self.places.log(name.replace(" ", "-")),
                environment=others | dict(own),
            )
        )


def _answers(port: int, path: str) -> bool:
    """Whether a GET of `path` is answered with 200."""
    connection = HTTPConnection(LOOPBACK, port, timeout=5)
    with suppress(OSError, HTTPException):
        connection.request("GET", path)
        return connection.getresponse().status == 200
    return False
