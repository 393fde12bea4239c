"""The workshop's screens, and the same as JSON."""

from parvis.features.workshop.routes import answers, api, drafts, publication, trying

HANDLERS = (
    *drafts.HANDLERS, *trying.HANDLERS, *publication.HANDLERS, *answers.HANDLERS, *api.HANDLERS,
)  # fmt: skip
