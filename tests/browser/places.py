"""Every page of the main path: who looks at it, and the way there."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.people import (
    ADMIN,
    LEGAL,
    MODERATOR,
    NEWCOMER_ELSEWHERE,
    SECRETARY,
    SHAREHOLDER,
    Person,
)

MEETING = "/meetings/assemblee-generale-mixte"
BOARD = "/admin/meetings/assemblee-generale-mixte"
QUEUE = "/admin/moderation"


@dataclass(frozen=True)
class Place:
    """A page: at `path`, or where the first link matching `link` leads from there."""

    name: str
    path: str
    person: Person | None = None
    link: str = ""
    then: Callable[[Page], None] | None = None

    def visit(self, page: Page) -> None:
        page.goto(self.path)
        if self.link:
            page.goto(page.locator(self.link).first.get_attribute("href"))
        if self.then:
            self.then(page)


def claim(page: Page) -> None:
    """Take charge of the case on screen, unless that was done in the other language."""
    button = page.locator("button[form=claim]")
    if button.count():
        button.click()
        page.locator("#decide").wait_for()


def begin_draft(page: Page) -> None:
    """Begin a draft of the charter, unless that was done before, and change a word of it."""
    button = page.locator("form[action^='/admin/charter/draft/begin'] .btn--go")
    if button.count():
        button.click()
        source = page.locator("#source")
        source.fill(source.input_value().replace("Respect", "Estime", 1))
        page.locator("#save .btn--go").click()
    page.locator("#source").wait_for()


def in_draft(screen: str) -> Callable[[Page], None]:
    """Return the step to a screen of the workshop that shows something of a draft."""

    def step(page: Page) -> None:
        begin_draft(page)
        page.goto(f"/admin/charter/{screen}")

    return step


def try_words(page: Page) -> None:
    """See what the charter says of a sentence that it has something against."""
    page.locator("#text").fill("Ces idiots ont maquillé les comptes : jean@exemple.fr")
    page.locator("form[action^='/admin/charter/trial'] .btn--go").click()
    page.locator("#tried section").first.wait_for()


def rehearse(page: Page) -> None:
    """Wait for a rehearsal of the draft, asked for unless one was."""
    in_draft("rehearsals")(page)
    asked = page.locator("td a[href^='/admin/charter/rehearsals/']")
    if asked.count():
        page.goto(asked.first.get_attribute("href"))
    else:
        page.locator("form[action='/admin/charter/rehearsals'] .btn--go").click()
    page.locator("#how").wait_for()


def follow(link: str) -> Callable[[Page], None]:
    """Return the step from a page to where its first `link` leads."""
    return lambda page: page.goto(page.locator(link).first.get_attribute("href"))


CONNECTION = "td a[href^='/admin/sign-in/connections/']"
PLACES = (
    Place("door", "/sign-in"),
    Place("charter", "/charter"),
    Place("acceptance", "/charter/acceptance", NEWCOMER_ELSEWHERE),
    Place("own-charter", "/communities/marches-prives/charter", NEWCOMER_ELSEWHERE),
    Place("two-charters", "/communities/marches-prives/charter/acceptance", NEWCOMER_ELSEWHERE),
    Place("my-charters", "/me/charters", NEWCOMER_ELSEWHERE),
    Place("feed", "/", SHAREHOLDER),
    Place("communities", "/communities", SHAREHOLDER),
    Place("community", "/communities/club-des-actionnaires", SHAREHOLDER),
    Place("post", "/", SHAREHOLDER, "article.post h2 a"),
    Place("compose", "/posts/new", SHAREHOLDER),
    Place("meeting", MEETING, SHAREHOLDER),
    Place("question", f"{MEETING}?tab=answered", SHAREHOLDER, ".q h3 a, .q h2 a"),
    Place("my-questions", f"{MEETING}/mine", SHAREHOLDER),
    Place("receipt", f"{MEETING}/mine", SHAREHOLDER, "a[href^='/submissions/']"),
    Place("answers", f"{MEETING}/answers"),
    Place("fate", f"{MEETING}/fate"),
    Place("notifications", "/notifications", SHAREHOLDER),
    Place("me", "/me", SHAREHOLDER),
    Place("my-decisions", "/me/decisions", SHAREHOLDER),
    Place("my-appeals", "/me/appeals", SHAREHOLDER),
    Place("my-data", "/me/data", SHAREHOLDER),
    Place("my-tokens", "/me/tokens", SHAREHOLDER),
    Place("programs", "/admin/tokens", ADMIN),
    Place("my-receipts", "/me/receipts", SHAREHOLDER),
    Place("my-receipt", "/me/receipts", SHAREHOLDER, "ul.rows a[href^='/me/receipts/']"),
    Place("overview", "/admin", ADMIN),
    Place("operator", "/admin/journal/operator", ADMIN),
    Place("proof", "/admin/journal/proof", ADMIN),
    Place("person", "/", SHAREHOLDER, "article.post .by__name a"),
    Place("people", "/people", SHAREHOLDER),
    Place("my-profile", "/me/profile", SHAREHOLDER),
    Place("following", "/me/following", SHAREHOLDER),
    Place("feed-followed", "/?voice=followed", SHAREHOLDER),
    Place("moderation", QUEUE, MODERATOR),
    Place("moderation-case", QUEUE, MODERATOR, ".queue a.item", claim),
    Place("meeting-board", f"{BOARD}?lane=triage", SECRETARY),
    Place("staff-question", f"{BOARD}?lane=triage", SECRETARY, "td a"),
    Place("staff-answer", f"{BOARD}?lane=legal", LEGAL, "td a"),
    Place("ways-in", "/admin/sign-in", ADMIN),
    Place("way-in", "/admin/sign-in", ADMIN, CONNECTION),
    Place("way-in-settings", "/admin/sign-in", ADMIN, CONNECTION, follow("a[href$='/edit']")),
    Place("directory", "/admin/sign-in", ADMIN, CONNECTION, follow("a[href$='/provisioning']")),
    Place("new-way-in", "/admin/sign-in/connections/new", ADMIN),
    Place("sign-in-log", "/admin/sign-in/log", ADMIN),
    Place("members", "/admin/members", ADMIN),
    Place("dossier", "/admin/members?capacity=shareholder", ADMIN, "td a"),
    Place("invitations", "/admin/members/invitations", ADMIN),
    Place("invite", "/admin/members/invitations/new", ADMIN),
    Place("lists-of-people", "/admin/members/imports", ADMIN),
    Place("invitation-void", "/invitation/void"),
    Place("emergency", "/emergency"),
    Place("signed-out", "/signed-out"),
    Place("charter-workshop", "/admin/charter", ADMIN),
    Place("charter-draft", "/admin/charter/draft", ADMIN, then=begin_draft),
    Place("charter-clauses", "/admin/charter/draft", ADMIN, then=in_draft("clauses")),
    Place("charter-difference", "/admin/charter/draft", ADMIN, then=in_draft("difference")),
    Place("charter-trial", "/admin/charter/trial", ADMIN, then=try_words),
    Place("charter-rehearsals", "/admin/charter/draft", ADMIN, then=in_draft("rehearsals")),
    Place("charter-rehearsal", "/admin/charter/draft", ADMIN, then=rehearse),
    Place("charter-publication", "/admin/charter/draft", ADMIN, then=in_draft("publication")),
    Place("charter-answers", "/admin/charter/answers", ADMIN),
    Place("calendar", "/admin/calendar", ADMIN),
    Place("holds", "/admin/holds", ADMIN),
    Place("decisions", "/admin/decisions", ADMIN),
    Place("decision", "/admin/decisions", ADMIN, "main a[href^='/admin/decisions/']"),
    Place("reasons", "/admin/reasons", ADMIN),
    Place("transparency", "/admin/transparency", ADMIN),
    Place("journal", "/admin/journal", ADMIN),
    Place("story", "/admin/journal?act=answer.online", ADMIN, "td a"),
    Place("error-404", "/nowhere", SHAREHOLDER),
    Place("legal", "/legal"),
    Place("legal-notice", "/legal-notice"),
    Place("legal-notice-received", "/legal-notice/received?n=SI-2345-6789"),
    Place("accessibility", "/accessibility"),
    Place("gallery", "/dev/gallery", SHAREHOLDER),
)
