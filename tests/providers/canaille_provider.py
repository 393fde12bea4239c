"""canaille, a product that is not ours, in one process with everything in memory.

    .providers/canaille/bin/python tests/providers/canaille_provider.py <settings.json>

Runs in canaille's own environment; tests/live/canaille.py says what is in the settings.
"""

import json
import sys
from pathlib import Path
from typing import Any

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from werkzeug.serving import make_server


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    app = create_app(
        {
            "SECRET_KEY": "only for tests",
            "SERVER_NAME": f"127.0.0.1:{settings['port']}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "memory", "LOGGING": {"version": 1}},
            "CANAILLE_OIDC": {
                "ACTIVE_JWKS": settings["keys"],
                # Its default is the user name, which people may change.
                "USERINFO_MAPPING": {"SUB": "{{ user.id }}"},
            },
        }
    )
    with app.app_context(), Backend.instance.session():
        fill(settings)
    make_server("127.0.0.1", settings["port"], app, threaded=True).serve_forever()


def fill(settings: dict[str, Any]) -> None:
    """Make the users and clients that the test wants."""
    for user in settings["users"]:
        Backend.instance.save(models.User(**user))
    for given in settings["clients"]:
        client = models.Client(**given)
        Backend.instance.save(client)
        client.audience = [client]  # else its ID tokens name nobody
        Backend.instance.save(client)


if __name__ == "__main__":
    main()
