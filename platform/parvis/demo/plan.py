"""What a demonstration needs to know before anything runs: places, ports, secrets, settings."""

import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from parvis.demo import object_storage, ports
from parvis.demo.object_storage import StorageKeys

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Places:
    """Where things lie under the data folder."""

    folder: Path

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def objects(self) -> Path:
        return self.folder / "objects"

    @property
    def mails(self) -> Path:
        return self.folder / "mails"

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"


@dataclass(frozen=True)
class Ports:
    """One port a part; these are the ones tried first."""

    web: int = 8000
    mail_page: int = 8001
    identity: int = 8002
    storage: int = 8003
    smtp: int = 8025


@dataclass(frozen=True)
class Secrets:
    """Made at the first start and kept: what they sealed must open at the second."""

    secret_key: str
    access_key: str
    storage_secret: str

    @property
    def storage(self) -> StorageKeys:
        return StorageKeys(self.access_key, self.storage_secret)


def choose_ports(
    places: Places, *, web: int | None = None, patience: float = 0.0
) -> tuple[Ports, list[str]]:
    """Return free ports, those of the last start where possible, and a sentence on each change.

    People's identities hang on the provider's address, so ports are worth waiting for
    `patience` seconds each, when a killed run may still be letting go of them.
    """
    file = places.folder / "ports.json"
    wanted = asdict(Ports()) | _read(file) | ({"web": web} if web else {})
    chosen: dict[str, int] = {}
    changes: list[str] = []
    for field in fields(Ports):
        ports.wait_until_free(wanted[field.name], seconds=patience)
        port = ports.free(wanted[field.name], taken=frozenset(chosen.values()))
        if port != wanted[field.name]:
            part = field.name.replace("_", " ")
            changes.append(f"port {wanted[field.name]} is taken: {part} uses {port}")
        chosen[field.name] = port
    _write(file, chosen)
    return Ports(**chosen), changes


def keep_secrets(places: Places) -> Secrets:
    """Return the folder's secrets, made on first use and readable by its owner alone."""
    file = places.folder / "secrets.json"
    found = _read(file) or {
        "secret_key": secrets.token_urlsafe(48),
        "access_key": secrets.token_hex(10),
        "storage_secret": secrets.token_urlsafe(30),
    }
    _write(file, found)
    return Secrets(**found)


def settings_of(
    chosen: Ports,
    kept: Secrets,
    *,
    databases: dict[str, str],
    issuers: list[str],
    tenants: Path,
    environment: str = "demo",
) -> dict[str, str]:
    """Return the PARVIS_* variables with which web, worker and commands reach this stack."""
    identity = f"http://{LOOPBACK}:{chosen.identity}"
    return {
        "PARVIS_ENVIRONMENT": environment,
        "PARVIS_DATABASE_URL": databases["parvis_app"],
        "PARVIS_OWNER_DATABASE_URL": databases["parvis_owner"],
        "PARVIS_OPERATOR_DATABASE_URL": databases["parvis_operator"],
        "PARVIS_SECRET_KEY": kept.secret_key,
        "PARVIS_BIND": LOOPBACK,
        "PARVIS_PORT": str(chosen.web),
        "PARVIS_PUBLIC_SCHEME": "http",
        "PARVIS_PUBLIC_PORT": str(chosen.web),
        "PARVIS_S3_ENDPOINT": f"http://{LOOPBACK}:{chosen.storage}",
        "PARVIS_S3_BUCKET": object_storage.BUCKET,
        "PARVIS_S3_REGION": object_storage.REGION,
        "PARVIS_S3_ACCESS_KEY": kept.access_key,
        "PARVIS_S3_SECRET_KEY": kept.storage_secret,
        "PARVIS_SMTP_URL": f"smtp://{LOOPBACK}:{chosen.smtp}",
        "PARVIS_MAIL_FROM": "parvis@demonstration.example",
        "PARVIS_TENANTS_DIR": str(tenants),
        "PARVIS_DEMO_ISSUERS": json.dumps({name: f"{identity}/{name}" for name in issuers}),
    }


def _read(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return {}


def _write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    unfinished.rename(file)
