"""The main job by clicks: a question, everybody's part in it, and its answer on the public page."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import (
    ADMIN,
    DELEGATE,
    EXPERT,
    LEGAL,
    MODERATOR,
    NEWCOMER,
    PUBLISHER,
    RUMOURER,
    SECRETARY,
    SHAREHOLDER,
    Person,
    sign_in,
)
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

MEETING = "Assemblée générale mixte"
QUESTION = "Quel calendrier pour le second four électrique de Montfaucon ?"
DETAILS = "Le premier four a pris un an de retard. Le conseil a-t-il revu le calendrier du second ?"
ANSWER = "Le second four sera commandé en 2028, après un an de fonctionnement du premier."
IBAN = "FR76 3000 6000 0112 3456 7890 189"
ANSWERED = "Votre question n° {} a sa réponse."
MAIL_SECONDS = 20
STORY = (
    "Gaëtan Royer-Viel a posé une question, dont la publication attend un modérateur.",
    "Prise en charge par Maëlle Quintrec.",
    "Publication décidée par Maëlle Quintrec.",
    "La question a été confiée à ceux qui répondent.",
    "Ariane Dufresnoy a rédigé la réponse.",
    "Josselin Peyrat a approuvé la réponse en droit.",
    "Victoire Lamarzelle a approuvé la réponse au nom du conseil.",
    "Cyprien Hautbois a publié la réponse.",
    "La réponse est en ligne.",
)


def test_a_question_finds_its_public_answer(visits: Visits) -> None:
    asker = visits.listened(visits.context().new_page())
    accept_the_charter(asker, NEWCOMER)
    write(asker, QUESTION, DETAILS, written=True)
    send(asker)
    number = held_for_its_author_only(visits, asker)
    visits.forgive("status of 404")
    publish_as_moderator(visits)
    route_as_secretary(visits)
    draft_as_expert(visits)
    approve_as_legal(visits)
    approve_as_delegate(visits)
    put_online_as_publisher(visits)
    read_as_a_visitor(visits, number)
    told_in_the_app(asker, ANSWERED.format(number))
    assert f"{QUESTION} Lire la réponse" in mail_to(visits, asker, ANSWERED.format(number))
    told_by_the_journal(visits)


def accept_the_charter(page: Page, person: Person) -> None:
    sign_in(page, person)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Charte du Club des actionnaires Ardelune")
    expect(page.get_by_text("Respect des personnes").first).to_be_visible()
    page.get_by_label("J’ai lu cette charte et je l’accepte.").check()
    page.get_by_role("button", name="Accepter la charte").click()
    expect(heading).to_have_text("Bonjour, Gaëtan")


def write(page: Page, title: str, details: str, *, written: bool = False) -> None:
    page.get_by_role("link", name="Assemblée", exact=True).click()
    page.get_by_label("Votre question, en une phrase").fill(title)
    page.get_by_label("Précisions").fill(details)
    page.get_by_label("Thème", exact=True).select_option("Industrie")
    if written:
        page.get_by_label("Comme une question écrite.").check()
        page.get_by_label("Au nominatif").check()


def send(page: Page) -> None:
    page.get_by_role("button", name="Envoyer ma question").click()


def held_for_its_author_only(visits: Visits, asker: Page) -> str:
    """Return the number that the question was given."""
    expect(asker.get_by_role("heading", level=1)).to_have_text("Récépissé")
    expect(asker.get_by_text("Un modérateur la lit avant les membres")).to_be_visible()
    link = asker.get_by_role("link", name=re.compile(r"^Question \d+$"))
    number = link.inner_text().split()[-1]
    link.click()
    expect(asker.get_by_text("En modération, visible de vous seul")).to_be_visible()
    with visits.page(SHAREHOLDER) as other:
        assert other.goto(asker.url).status == 404
        other.goto("/meetings/assemblee-generale-mixte?sort=recent")
        expect(other.get_by_role("link", name=QUESTION)).to_have_count(0)
    return number


def publish_as_moderator(visits: Visits) -> None:
    with visits.page(MODERATOR) as page:
        page.goto("/")
        page.get_by_role("link", name="Administration").first.click()
        areas = page.get_by_role("navigation", name="Administration")
        areas.get_by_role("link", name="Modération").click()
        page.get_by_role("link", name=QUESTION).click()
        page.get_by_role("button", name="Prendre en charge").click()
        expect(page.get_by_text("Entre vos mains")).to_be_visible()
        page.get_by_role("radio", name="Publier").first.check()
        page.get_by_role("button", name="Confirmer la décision").click()
        expect(page.locator(".queue")).not_to_contain_text(QUESTION)


def route_as_secretary(visits: Visits) -> None:
    with visits.page(SECRETARY) as page:
        open_case(page, lane="À trier")
        expect(page.get_by_text("Admise comme question écrite").first).to_be_visible()
        page.get_by_role("button", name="Confier aux experts").click()
        expect(page.get_by_text("Confiée aux experts").first).to_be_visible()


def draft_as_expert(visits: Visits) -> None:
    with visits.page(EXPERT) as page:
        open_case(page)
        page.get_by_label("Réponse").fill(ANSWER)
        page.get_by_role("button", name="Envoyer au juridique").click()
        expect(page.get_by_text("Réponse en relecture juridique").first).to_be_visible()


def approve_as_legal(visits: Visits) -> None:
    with visits.page(LEGAL) as page:
        open_case(page)
        expect(page.get_by_text(ANSWER)).to_be_visible()
        page.get_by_role("radio", name="Pas une information privilégiée").check()
        page.get_by_role("button", name="Consigner l’avis juridique").click()
        expect(page.get_by_text("Réponse devant le conseil").first).to_be_visible()


def approve_as_delegate(visits: Visits) -> None:
    with visits.page(DELEGATE) as page:
        open_case(page)
        page.get_by_label("Délégation").fill("Délibération du 12 mai, résolution 4")
        page.get_by_role("button", name="Approuver pour le conseil").click()
        expect(page.get_by_text("Approuvée, attend la publication").first).to_be_visible()


def put_online_as_publisher(visits: Visits) -> None:
    with visits.page(PUBLISHER) as page:
        open_case(page)
        page.get_by_role("button", name="Mettre la réponse en ligne").click()
        expect(page.get_by_role("link", name="Réponse publique")).to_be_visible()


def open_case(page: Page, *, lane: str = "") -> None:
    """Come to the question's case by the administration's own links."""
    page.goto("/")
    page.get_by_role("link", name="Administration").first.click()
    areas = page.get_by_role("navigation", name="Administration")
    areas.get_by_role("link", name="Questions à l’assemblée").click()
    page.get_by_role("link", name=MEETING, exact=True).click()
    if lane:
        page.get_by_role("link", name=lane).click()
    page.get_by_role("link", name=QUESTION).click()


def read_as_a_visitor(visits: Visits, number: str) -> None:
    with visits.page() as page:
        page.goto("/meetings/assemblee-generale-mixte/answers")
        answer = page.get_by_role("article", name=f"Réponse à la question {number}")
        expect(answer).to_contain_text(QUESTION)
        expect(answer).to_contain_text(ANSWER)
        expect(answer).to_contain_text("Ariane Dufresnoy")
        page.get_by_role("link", name="Le sort de chaque question").click()
        expect(page.get_by_role("row", name=QUESTION)).to_contain_text("Répondue")
        expect(page.get_by_role("link", name="Se connecter")).to_be_visible()


def told_in_the_app(page: Page, subject: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile("Notifications, .* non lue")).click()
    page.get_by_role("link", name=subject).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    expect(page.get_by_text(ANSWER)).to_be_visible()


def mail_to(visits: Visits, page: Page, subject: str) -> str:
    """Return the words of the newest mail with this subject, once it has arrived."""
    deadline = time.monotonic() + MAIL_SECONDS
    while True:
        mails = page.request.get(visits.demo.mails).json()
        found = next((mail for mail in mails if subject in mail["subject"]), None)
        if found:
            mail = page.request.get(f"{visits.demo.mails}/{found['id']}").json()
            return " ".join(mail["text"].split())
        assert time.monotonic() < deadline, [mail["subject"] for mail in mails]
        time.sleep(0.3)


def told_by_the_journal(visits: Visits) -> None:
    with visits.page(ADMIN) as page:
        page.goto("/")
        page.get_by_role("link", name="Administration").first.click()
        page.get_by_role("link", name="Journal").first.click()
        answered = page.get_by_role("row", name="La question a sa réponse").first
        answered.get_by_role("link", name="question").click()
        expect(page.get_by_role("heading", name="Toute l’histoire")).to_be_visible()
        for sentence in STORY:
            expect(page.get_by_role("main")).to_contain_text(sentence)


def test_the_charter_refuses_an_account_number_and_keeps_the_text(visits: Visits) -> None:
    with visits.page(SHAREHOLDER) as page:
        page.goto("/")
        write(page, "Le dividende sera-t-il versé sur mon compte ?", f"Mon compte : {IBAN}.")
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Non publié")
        expect(page.get_by_role("alert")).to_contain_text("Ni cas personnel ni données")
        expect(page.get_by_role("alert").locator("mark")).to_have_text(IBAN)
        text = page.get_by_label("Texte")
        expect(text).to_have_value(f"Mon compte : {IBAN}.")
        text.fill("Mon compte est au Crédit des Forges.")
        page.get_by_role("button", name="Envoyer de nouveau").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Récépissé")
    visits.forgive("status of 403")


def test_a_form_waits_until_the_charter_is_accepted(visits: Visits) -> None:
    with visits.page(RUMOURER) as page:
        page.goto("/")
        write(page, "Quand les résultats seront-ils publiés ?", "Le communiqué ne le dit pas.")
        withdraw_from_the_charter(page.context.new_page())
        send(page)
        expect(page.get_by_role("heading", name="Conservé pour vous")).to_be_visible()
        page.get_by_label("J’ai lu cette charte et je l’accepte.").check()
        page.get_by_role("button", name="Accepter la charte").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Merci")
        expect(page.get_by_label("Texte")).to_have_value("Le communiqué ne le dit pas.")
        page.get_by_role("button", name="Envoyer").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Récépissé")
    visits.forgive("status of 403")


def withdraw_from_the_charter(page: Page) -> None:
    page.goto("/charter/acceptance")
    page.get_by_role("button", name="Retirer mon accord").click()
    expect(page.get_by_text("Vous avez refusé cette charte")).to_be_visible()
