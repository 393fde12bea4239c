"""How identity is reached: the door, and the page about oneself."""

from parvis.features.identity.routes import (
    backchannel,
    door,
    keys,
    me,
    programs,
    step_up,
    tokens,
)

HANDLERS = (
    *door.HANDLERS,
    *backchannel.HANDLERS,
    *keys.HANDLERS,
    *me.HANDLERS,
    *step_up.HANDLERS,
    *tokens.HANDLERS,
    *programs.HANDLERS,
)
