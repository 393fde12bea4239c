"""How identity is reached: the door, and the page about oneself."""

from parvis.features.identity.routes import door, keys, me, step_up

HANDLERS = (*door.HANDLERS, *keys.HANDLERS, *me.HANDLERS, *step_up.HANDLERS)
