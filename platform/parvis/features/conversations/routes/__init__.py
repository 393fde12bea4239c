"""The feed, communities, posts and comments over HTTP: pages, forms, JSON."""

from parvis.features.conversations.routes import api, forms, pages

HANDLERS = (*pages.HANDLERS, *forms.HANDLERS, *api.HANDLERS)
