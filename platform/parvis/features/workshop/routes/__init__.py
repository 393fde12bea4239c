"""The workshop's screens, and the same as JSON."""

from parvis.features.workshop.routes import api, drafts, publication, trying

HANDLERS = (*drafts.HANDLERS, *trying.HANDLERS, *publication.HANDLERS, *api.HANDLERS)
