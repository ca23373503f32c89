"""Papers: the same facts make the same bytes; all is said, in each language; none is heavy."""

import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from obolo.giving.papers.receipt import ReceiptPaper, receipt_pdf
from obolo.giving.papers.statement import Row, StatementPaper, statement_pdf, sums
from obolo.giving.papers.words import _texts, law, money, word
from obolo.giving.receipts.printed import LANGUAGES, LAW, METHODS, Body, Printed
from obolo.kit.money import Money

BYTES_MAX = 60_000
BODY = Body(
    name="Acqua Viva ODV", address="Via dei Pozzi 1\n00100 Roma", tax_code="97012340588",
    body_type="odv", runts_section="Sezione ODV, n. 12345", signed_by="Chiara Łukasiewicz",
)  # fmt: skip
PRINTED = Printed(
    language="it", body=BODY, donor_name="Anna Verdi", donor_tax_code="VRDNNA80A41H501X",
    gift_minor=123_450, amount_minor=123_450, currency="EUR", method="card",
    paid_on=date(2026, 3, 5), cause="Il pozzo di Moroto",
)  # fmt: skip
PAPER = ReceiptPaper(printed=PRINTED, number="2026/000012", issued_on=date(2026, 3, 6))
ROW = Row(
    paid_on=date(2026, 3, 5), cause="Il pozzo", method="card", number="2026/000012",
    verdict="odv", gift_minor=500, currency="EUR",
)  # fmt: skip


def _words(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_receipt_says_who_what_when_and_how():
    text = _words(receipt_pdf(PAPER))
    for said in (
        "Acqua Viva ODV", "Via dei Pozzi 1", "97012340588", "Sezione ODV, n. 12345", "2026/000012",
        "1.234,50 €", "5 marzo 2026", "Anna Verdi", "VRDNNA80A41H501X", "Il pozzo di Moroto",
        "Carta", "art. 83", "35%", "art. 82, comma 5", "Emessa il 6 marzo 2026",
        "Copia prodotta su richiesta", "Łukasiewicz",
    ):  # fmt: skip
        assert said in text, said
    assert "ANNULLATA" not in text


def test_a_void_receipt_says_so_across_the_page_and_names_its_neighbours():
    gone = replace(
        PAPER, void_on=date(2026, 4, 1), replaced_by="2026/000020", replaces="2026/000003"
    )
    text = _words(receipt_pdf(gone))
    assert "ANNULLATA" in text.replace(" ", "")
    assert "Annullata il 1 aprile 2026." in text
    assert "Sostituita dalla ricevuta n. 2026/000020." in text
    assert "Sostituisce la ricevuta n. 2026/000003." in text


def test_a_receipt_of_the_rest_says_what_was_paid_and_what_went_back():
    text = _words(receipt_pdf(replace(PAPER, printed=replace(PRINTED, amount_minor=100_000))))
    for said in ("1.000,00 €", "1.234,50 €", "234,50 €", "Importo restituito"):
        assert said in text


def test_cash_is_marked_as_not_deductible_and_says_nothing_of_savings():
    text = _words(receipt_pdf(replace(PAPER, printed=replace(PRINTED, method="cash"))))
    assert "Non deducibile né detraibile: pagamento in contanti." in text
    assert "35%" not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_facts_make_the_same_small_file(lang):
    paper = replace(PAPER, printed=replace(PRINTED, language=lang), void_on=date(2026, 4, 1))
    first = receipt_pdf(paper)
    assert first == receipt_pdf(paper)
    assert len(first) < BYTES_MAX
    assert len(PdfReader(io.BytesIO(first)).pages) == 1
    assert first != receipt_pdf(replace(paper, number="2026/000013"))


@pytest.mark.parametrize("lang", ["it", "ar"])
def test_any_name_can_be_printed(lang):
    odd = "😀👨‍👩‍👧 \x00\u202e\u2068 שלום 木 \u0301 (٣) ليلى حداد \ud800 %s {x} " + "Wm" * 60
    printed = replace(PRINTED, donor_name=odd, cause=odd, language=lang)
    pdf = receipt_pdf(replace(PAPER, printed=printed))
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


def test_an_arabic_receipt_is_shaped_and_begins_at_the_right():
    paper = replace(PAPER, printed=replace(PRINTED, language="ar", donor_name="ليلى حداد"))
    places: list[tuple[str, float]] = []

    def note(text, _cm, tm, _font, _size):
        if text.strip():
            places.append((text, tm[4]))

    page = PdfReader(io.BytesIO(receipt_pdf(paper))).pages[0]
    page.extract_text(visitor_text=note)
    name = next(x for text, x in places if "Acqua Viva ODV" in text)
    assert name > 297, "the organisation stands in the right half"
    letter = next(x for text, x in places if "ليلى" in text or "ىليل" in text)
    assert letter > 297


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("verdict", ["odv", "ets", "cash", "method", "body", "not_ets"])
def test_the_law_is_told_in_each_language(lang, verdict):
    told = " ".join(law(LAW, verdict, lang))
    assert told
    if verdict in ("odv", "ets"):
        assert {"odv": "35%", "ets": "30%"}[verdict] in told
        assert {"it": "può", "en": "may", "ar": "يجوز"}[lang] in told, "never a promise"


def _keys(texts, before=""):
    for key, value in texts.items():
        yield from _keys(value, f"{before}{key}.") if isinstance(value, dict) else [before + key]


def test_all_languages_have_the_same_texts():
    wanted = set(_keys(_texts("en")))
    for lang in LANGUAGES:
        assert set(_keys(_texts(lang))) == wanted, lang
        assert all(word(f"method.{name}", lang) for name in METHODS)


def test_amounts_are_exact_in_each_language():
    assert money(Money(5, "EUR"), "it") == "0,05 €"
    assert money(Money(123_456_789, "EUR"), "en") == "€1,234,567.89"
    assert money(Money(1500, "XOF"), "it").startswith("1500") or "1.500" in money(
        Money(1500, "XOF"), "it"
    )
    assert "1,234.50" in money(Money(123_450, "EUR"), "ar")


def _statement(*rows: Row) -> StatementPaper:
    return StatementPaper(
        language="it", year=2026, body=BODY, donor_name="Anna Verdi", donor_tax_code="",
        rows=rows, as_of=date(2026, 12, 31),
    )  # fmt: skip


def test_a_statement_lists_gifts_returns_and_sums():
    back = replace(ROW, gift_minor=1500, returns=((2026, 200), (2027, 100)))
    cash = replace(ROW, method="cash", verdict="cash", gift_minor=700)
    text = _words(statement_pdf(_statement(ROW, back, cash)))
    for said in (
        "dell'anno 2026", "15,00 €", "di cui restituiti nel 2027", "−1,00 €", "7,00 € *",
        "Totale pagato 27,00 €", "Totale restituito −3,00 €", "Totale donato 24,00 €",
        "17,00 €", "Contanti", "Pagina 1 di 1", "31 dicembre 2026",
    ):  # fmt: skip
        assert said in text, said


def test_a_year_without_gifts_is_a_statement_too():
    assert "Nessun dono in quest'anno." in _words(statement_pdf(_statement()))


def test_many_gifts_take_more_pages_and_lose_none():
    rows = [replace(ROW, number=f"2026/{n:06d}", gift_minor=n) for n in range(1, 90)]
    pdf = statement_pdf(_statement(*rows))
    text = _words(pdf)
    assert all(row.number in text for row in rows)
    assert f"Pagina 2 di {len(PdfReader(io.BytesIO(pdf)).pages)}" in text
    assert pdf == statement_pdf(_statement(*rows))


@given(
    st.lists(
        st.builds(
            replace,
            st.just(ROW),
            gift_minor=st.integers(100, 10**9),
            currency=st.sampled_from(["EUR", "XOF"]),
            verdict=st.sampled_from(["odv", "cash"]),
            returns=st.lists(st.tuples(st.just(2026), st.integers(1, 50)), max_size=2).map(tuple),
        )
    )
)
def test_sums_hold_whatever_the_rows(rows):
    found = sums(rows)
    assert [one.currency for one in found] == sorted({row.currency for row in rows})
    assert sum(one.left_minor for one in found) == sum(row.left_minor for row in rows)
    assert all(0 <= one.deductible_minor <= one.left_minor for one in found)
