"""Who walks through the demonstration, and how they come in."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect


@dataclass(frozen=True)
class Person:
    """A persona of a tenant's demo.toml, with the words on the door that lead to them."""

    name: str
    way: str = "Collaborateurs et administrateurs"
    tenant: str = "ardelune"


SHAREHOLDERS = "Continuer avec mon Espace actionnaire"
NEWCOMER = Person("Gaëtan Royer-Viel", SHAREHOLDERS)
NEWCOMER_ELSEWHERE = Person("Hélène Marcillat", "Espace client", "banque-orvance")
SHAREHOLDER = Person("Solène Kermarrec-Dumas", SHAREHOLDERS)
RUMOURER = Person("Georges Malvoisin", SHAREHOLDERS)
MODERATOR = Person("Maëlle Quintrec")
SECRETARY = Person("Hugues Delatrie")
EXPERT = Person("Ariane Dufresnoy")
LEGAL = Person("Josselin Peyrat")
DELEGATE = Person("Victoire Lamarzelle")
PUBLISHER = Person("Cyprien Hautbois")
ADMIN = Person("Bertille Chavagnac")


def sign_in(page: Page, person: Person) -> None:
    """Leave `page` where `person` arrives, signed in through their provider."""
    page.goto("/sign-in")
    page.get_by_role("link", name=person.way).click()
    page.get_by_role("button", name=person.name).click()
    expect(page.locator("footer.foot, aside.anav").first).to_be_attached()
