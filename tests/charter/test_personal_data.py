"""`personal_data`: numbers are checked, disguises seen through, order numbers left alone."""

import time

import pytest

from parvis.features.charter.masking import masked
from tests.charter.examples import charter, quoted, verdict

RULE = """
kind = "personal_data"
iban = "refuse"
card = "refuse"
nir = "refuse"
email = "mask"
phone = "mask"
"""


@pytest.mark.parametrize(
    ("text", "found", "effect"),
    [
        ("À FR76 3000 6000 0112 3456 7890 189 !", ["FR76 3000 6000 0112 3456 7890 189"], "refuse"),
        ("fr7630006000011234567890189", ["fr7630006000011234567890189"], "refuse"),
        ("IBANFR7630006000011234567890189", ["FR7630006000011234567890189"], "refuse"),
        ("FR76.3000.6000.0112.3456.7890.189", ["FR76.3000.6000.0112.3456.7890.189"], "refuse"),
        ("ＦＲ76 3000 6000 0112 3456 7890 189", ["ＦＲ76 3000 6000 0112 3456 7890 189"], "refuse"),
        ("FR76\u200b30006000011234567890189", ["FR76\u200b30006000011234567890189"], "refuse"),
        ("DE89 3704 0044 0532 0130 00", ["DE89 3704 0044 0532 0130 00"], "refuse"),
        ("Account GB29 NWBK 6016 1331 9268 19 please", ["GB29 NWBK 6016 1331 9268 19"], "refuse"),
        ("FR76 3000 6000 0112 3456 7890 188", [], "allow"),  # wrong checksum
        ("Card 4111 1111 1111 1111, exp. 12/28", ["4111 1111 1111 1111"], "refuse"),
        ("carte 4111111111111111", ["4111111111111111"], "refuse"),
        ("5555-5555-5555-4444 !", ["5555-5555-5555-4444"], "refuse"),
        ("Amex 3782 822463 10005", ["3782 822463 10005"], "refuse"),
        ("commande 4111 1111 1111 1112", [], "allow"),  # fails Luhn
        ("référence 1234 5678 9012 3452", [], "allow"),  # passes Luhn, no card begins so
        ("NIR 2 95 10 99 126 111 93", ["2 95 10 99 126 111 93"], "refuse"),
        ("NIR 2 95 10 99 126 111 94", [], "allow"),
        ("Écrivez à jeanne.dupré@courriel.example.", ["jeanne.dupré@courriel.example"], "mask"),
        ("write to j.smith (at) mail.example", ["j.smith (at) mail.example"], "mask"),
        ("06 12 34 56 78 ou 01.02.03.04.05", ["06 12 34 56 78", "01.02.03.04.05"], "mask"),
        ("tél. +33 (0)6.12.34.56.78", ["+33 (0)6.12.34.56.78"], "mask"),
        ("Call +44 20 7946 0958", ["+44 20 7946 0958"], "mask"),
        ("٠٦ ١٢ ٣٤ ٥٦ ٧٨", ["٠٦ ١٢ ٣٤ ٥٦ ٧٨"], "mask"),  # Arabic-Indic digits
        ("En 2026, 1 250 000 € sur 3 ans, soit 12,5 %", [], "allow"),
        ("Articles L. 225-108 et R. 225-84, loi 2024-537", [], "allow"),
        ("@hélène merci", [], "allow"),
    ],
)  # fmt: skip
def test_personal_data_is_found_by_what_it_is(text, found, effect):
    result = verdict(charter(RULE), text)
    assert quoted(result, text) == found
    assert result.effect == effect


def test_only_the_data_a_charter_names_is_looked_for():
    rule = 'kind = "personal_data"\niban = "refuse"'
    assert verdict(charter(rule), "06 12 34 56 78").effect == "allow"


def test_digits_of_an_account_number_are_not_a_telephone():
    rule = 'kind = "personal_data"\nphone = "mask"'
    assert verdict(charter(rule), "FR76 3000 6000 0112 3456 7890 189").effect == "allow"


@pytest.mark.parametrize(
    ("reference", "alone"),
    [
        ("5b011995-4276-4ae8-b79c-0679710716ca", "0679710716"),
        ("5B011995-4276-4AE8-B79C-0679710716CA", "0679710716"),
        ("4a48825c-3aa3-42fb-843e-cf0612682469", "0612682469"),
        ("48a25937-0711-4391-864e-07cb9d7c7da4", "25937-0711-4391-864"),
        ("1ad23037-5351-4823-b211-87588aea89aa", "ad23037-5351-4823-b211-87588"),
    ],
)
def test_a_uuid_names_a_record_and_not_a_person(reference, alone):
    assert verdict(charter(RULE), f"Dossier {reference}, svp.").effect == "allow"
    assert verdict(charter(RULE), f"Dossier {alone}, svp.").effect != "allow"


def test_masked_text_keeps_everything_else():
    text = "Appelez Léa au 06 12 34 56 78, ou lea@mail.example."
    result = verdict(charter(RULE), text)
    assert masked(text, "body", result) == "Appelez Léa au •••••, ou •••••."
    assert masked(text, "title", result) == text


def test_a_text_made_of_half_numbers_is_judged_in_time():
    assert verdict(charter(RULE), "fr76" * 50_000).effect == "allow"
    assert verdict(charter(RULE), "4111 1111 " * 20_000).effect in {"allow", "refuse"}


@pytest.mark.parametrize("datum", ["a@b.fr ", "0612345678 ", "1 "])
def test_a_long_text_takes_no_more_than_its_length(datum):
    def seconds(times):
        began = time.process_time()
        verdict(charter(RULE), datum * times)
        return time.process_time() - began

    # The best of five: what else the machine does can only add. Linear is eight times as long,
    # and it was sixty-four.
    short = min(seconds(2_000) for _ in range(5))
    assert min(seconds(16_000) for _ in range(5)) < 24 * max(short, 0.005)
