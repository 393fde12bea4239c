"""How identity is reached: the door, and the page about oneself."""

from parvis.features.identity.routes import (
    backchannel,
    connection_tests,
    connections,
    connections_api,
    discover,
    domains,
    door,
    emergency,
    keys,
    me,
    programs,
    step_up,
    tokens,
)

HANDLERS = (
    *door.HANDLERS,
    *backchannel.HANDLERS,
    *emergency.HANDLERS,
    *keys.HANDLERS,
    *me.HANDLERS,
    *step_up.HANDLERS,
    *tokens.HANDLERS,
    *programs.HANDLERS,
    *discover.HANDLERS,
    *connections.HANDLERS,
    *connections_api.HANDLERS,
    *domains.HANDLERS,
    *connection_tests.HANDLERS,
)
