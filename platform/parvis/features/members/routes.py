"""Members over HTTP: people and their pages, one's own profile."""

from parvis.features.members import routes_people, routes_profile

HANDLERS = (*routes_people.HANDLERS, *routes_profile.HANDLERS)
