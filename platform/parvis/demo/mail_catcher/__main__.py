"""`python -m parvis.demo.mail_catcher`: the catcher as a process of `parvis demo`."""

import argparse
import asyncio
from pathlib import Path

from parvis.demo.mail_catcher.app import create_catcher
from parvis.demo.mail_catcher.mailbox import Mailbox
from parvis.demo.mail_catcher.smtp import listen
from parvis.demo.serving import require_loopback, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="parvis.demo.mail_catcher", description=__doc__)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    asyncio.run(_run(parser.parse_args()))


async def _run(given: argparse.Namespace) -> None:
    require_loopback(given.address)
    mailbox = Mailbox(given.folder)
    server = await listen(mailbox, address=given.address, port=given.smtp_port)
    try:
        await serve(create_catcher(mailbox), address=given.address, port=given.port)
    finally:
        server.close()


if __name__ == "__main__":
    main()
