"""Visits to the demonstration: one browser context a person, its console listened to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.people import Person, sign_in
from tests.demonstration import Demo

PATIENCE = 10_000  # milliseconds that a busy machine may take to answer a click
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Visits:
    """Opens pages of one demonstration in one browser; people sign in once."""

    browser: Browser
    demo: Demo
    signed_in: dict[Person, Any]
    said: list[str] = field(default_factory=list)

    @contextmanager
    def page(self, person: Person | None = None, **options: Any) -> Iterator[Page]:
        """A page of `person`, of a visitor without; what its console says is collected."""
        context = self.context(person, **options)
        try:
            yield self.listened(context.new_page())
        finally:
            context.close()

    def context(
        self, person: Person | None = None, *, lang: str = "fr", **options: Any
    ) -> BrowserContext:
        tenant = person.tenant if person else "ardelune"
        opened = self.browser.new_context(
            base_url=self.demo.site(tenant),
            locale=LOCALES[lang],
            storage_state=self.session(person) if person else None,
            **{"viewport": WIDE, "color_scheme": "light", **options},
        )
        opened.set_default_timeout(PATIENCE)
        # A member's own language wins over the browser's; the link in the footer over both.
        opened.add_cookies([{"name": "lang", "value": lang, "url": self.demo.site(tenant)}])
        return opened

    def session(self, person: Person) -> Any:
        """Return the cookies of `person`, who signs in at the first call."""
        if person not in self.signed_in:
            site = self.demo.site(person.tenant)
            context = self.browser.new_context(base_url=site, locale=LOCALES["fr"])
            sign_in(context.new_page(), person)
            self.signed_in[person] = context.storage_state()
            context.close()
        return self.signed_in[person]

    def forgive(self, expected: str) -> None:
        """Let one message pass: Chromium tells of every refused page, asked for or not."""
        self.said.remove(next(text for text in self.said if expected in text))

    def listened(self, page: Page) -> Page:
        page.on("console", lambda message: self.said.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"{page.url}: {error}"))
        return page
