"""`python -m parvis.demo.identity_provider`: the provider as a process of `parvis demo`."""

import argparse
import asyncio
import json
import os
from pathlib import Path

from parvis.demo.identity_provider import directory
from parvis.demo.identity_provider.app import create_provider
from parvis.demo.serving import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="parvis.demo.identity_provider", description=__doc__)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tenants", type=Path, required=True)
    parser.add_argument("--public-port", type=int, required=True)
    given = parser.parse_args()
    if os.environ.get("PARVIS_ENVIRONMENT") != "demo":
        parser.error("this provider signs anybody in: it runs for `parvis demo` only")
    tokens: dict[str, str] = json.loads(os.environ.get("DIRECTORY_TOKENS", "{}"))
    issuers = directory.load(
        given.tenants,
        address=f"http://{given.address}:{given.port}",
        public_url=lambda host: f"http://{host}:{given.public_port}",
        secret=lambda name: os.environ.get(name, ""),
        directory_token=lambda tenant, connection: tokens.get(f"{tenant}/{connection}", ""),
    )
    asyncio.run(serve(create_provider(issuers), address=given.address, port=given.port))


if __name__ == "__main__":
    main()
