"""A time-stamping authority on this machine: `openssl ts` behind a few lines of HTTP."""

import contextlib
import datetime as dt
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = here
[here]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/{signer}.pem
signer_key = {folder}/{signer}.key
certs = {folder}/chain.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
"""
NOW = dt.datetime.now(dt.UTC)
YEAR = dt.timedelta(days=365)


@dataclass
class Authority:
    """Where it answers, what its time-stamps lead to, and how it is to behave."""

    folder: Path
    url: str = ""
    signer: str = "good"
    # None: do the work; else what to answer in its place.
    status: int = 200
    canned: bytes | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def root(self) -> str:
        return (self.folder / "root.pem").read_text()

    def answer(self, query: bytes) -> bytes:
        if self.canned is not None:
            return self.canned
        config, asked = self.folder / "ts.cnf", self.folder / "query.tsq"
        config.write_text(CONFIG.format(folder=self.folder, signer=self.signer))
        asked.write_bytes(query)
        done = subprocess.run(
            ["openssl", "ts", "-reply", "-config", str(config), "-queryfile", str(asked)],
            capture_output=True, check=True,
        )  # fmt: skip
        return done.stdout


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Authority]:
    """An authority with three signers: a good one, one that ran out, one that may not stamp."""
    _make_certificates(folder)
    (folder / "serial").write_text("01")
    authority = Authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["content-length"]))
            authority.asked.append(dict(self.headers))
            content = authority.answer(query)
            self.send_response(authority.status)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    authority.url = f"http://127.0.0.1:{server.server_port}/tsr"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _make_certificates(folder: Path) -> None:
    root_key, root_name = ec.generate_private_key(ec.SECP256R1()), _name("Racine d’essai")
    root = (
        _begun(root_name, root_name, root_key, NOW + YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    (folder / "root.pem").write_bytes(_pem(root))
    padded = _begun(_name("Intermédiaire " + "x" * 45), root_name, root_key, NOW + YEAR)
    others = [root, padded.sign(root_key, hashes.SHA256())]
    (folder / "chain.pem").write_bytes(b"".join(map(_pem, others)))
    for name, until, usage in (
        ("good", NOW + YEAR, ExtendedKeyUsageOID.TIME_STAMPING),
        ("expired", NOW - dt.timedelta(days=1), ExtendedKeyUsageOID.TIME_STAMPING),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        made = (
            _begun(_name(f"Horodatage {name}"), root_name, key, until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
                critical=False,
            )
            .sign(root_key, hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(_pem(made))
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def _begun(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, until: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - YEAR)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
