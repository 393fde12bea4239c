"""How identity is reached: the door, and the page about oneself."""

from parvis.features.identity.routes import door, me

HANDLERS = (*door.HANDLERS, *me.HANDLERS)
