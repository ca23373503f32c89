"""The bank's pages: a file is looked at before it counts, each doubt settled by one click."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from obolo.conversations.models import Delivery
from obolo.gateways.payments.bank.tests.camt_files import camt
from obolo.giving.bank import transfer
from obolo.giving.bank.models import AccountWord, LineDecision, Statement, StatementLine
from obolo.giving.bank.tests.cast import ANNAS_IBAN, IBAN, asked, came, imported, with_account
from obolo.giving.models import Gift
from obolo.organisations.models import Role
from obolo.people.tests.cast import anna
from obolo.web.tests.console_cast import HOME, logged_in
from obolo.web.tests.public_cast import well

pytestmark = pytest.mark.usefixtures("charity")
BANK = f"{HOME}money/bank/"


@pytest.fixture
def cause():
    with_account()
    return well()


@pytest.fixture
def treasurer() -> Client:
    return logged_in(Role.TREASURER)


def hand_in(client: Client, content: bytes, name: str = "estratto.xml"):
    return client.post(f"{BANK}files", {"file": SimpleUploadedFile(name, content)})


def brought_in(client: Client, *entries: str) -> str:
    """The address of the statement's page."""
    address = hand_in(client, camt("".join(entries))).headers["Location"]
    return str(client.post(address).headers["Location"])


def test_without_an_account_the_page_says_who_can_enter_it(treasurer: Client) -> None:
    page = treasurer.get(BANK).content.decode()
    assert "There is no bank account here yet." in page
    assert "An administrator can enter it." in page


def test_an_administrator_sets_the_account_and_a_change_needs_a_reason() -> None:
    admin = logged_in()
    form = {"iban": "it60 x054 2811 1010 0000 0123 456", "beneficiary": "Acqua Viva ETS"}
    assert admin.post(f"{BANK}account", form).status_code == 302
    assert "IT60 X054 2811 1010 0000 0123 456" in admin.get(BANK).content.decode()
    other = {"iban": ANNAS_IBAN, "beneficiary": "Acqua Viva ETS"}
    refused = admin.post(f"{BANK}account", other)
    assert refused.status_code == 422
    assert "Write in a few words why." in refused.content.decode()
    admin.post(f"{BANK}account", other | {"reason": "nuova banca"})
    assert [word.reason for word in AccountWord.objects.order_by("at")] == ["", "nuova banca"]
    page = admin.get(BANK).content.decode()
    assert "DE89 3704 0044 0532 0130 00" in page
    assert "1 earlier account is kept" in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("iban", "IT60X0542811101000000123457", "This is not an IBAN"),
        ("beneficiary", "x" * 71, "Write the holder&#x27;s name"),
        ("beneficiary", "", "Write the holder&#x27;s name"),
        ("bic", "ABC", "a BIC has 8 or 11 characters"),
    ],
)
def test_a_wrong_account_is_refused_with_what_to_do(field, value, sentence) -> None:
    form = {"iban": IBAN, "beneficiary": "Acqua Viva", "bic": ""} | {field: value}
    answer = logged_in().post(f"{BANK}account", form)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert AccountWord.objects.count() == 0


def test_only_an_administrator_may_set_the_account(treasurer: Client) -> None:
    assert treasurer.post(f"{BANK}account", {"iban": IBAN}).status_code == 403


@pytest.mark.parametrize("role", [Role.READER, Role.OPERATOR, Role.FUNDRAISER])
def test_others_read_and_change_nothing(cause, role) -> None:
    client = logged_in(role)
    page = client.get(BANK)
    assert page.status_code == 200
    assert 'type="file"' not in page.content.decode()
    assert hand_in(client, camt(came())).status_code == 403


def test_a_file_is_looked_at_then_imported_and_thanked(cause, treasurer: Client) -> None:
    payment = asked(anna(), cause)
    address = hand_in(treasurer, camt(came(rf=payment.provider_ref))).headers["Location"]
    page = treasurer.get(address).content.decode()
    assert "€5.00" in page
    assert (Gift.objects.count(), Statement.objects.count()) == (0, 0)
    answer = treasurer.post(address)
    assert Gift.objects.get().person == anna()
    assert Delivery.objects.filter(key__startswith="thanks:").count() == 1
    assert "Balance" not in treasurer.get(answer.headers["Location"]).content.decode()
    again = treasurer.post(address)
    assert again.headers["Location"] == answer.headers["Location"]
    assert "already imported" in treasurer.get(address).content.decode()
    assert Gift.objects.count() == 1


def test_the_payer_without_a_chat_is_not_written_to(cause, treasurer: Client) -> None:
    brought_in(treasurer, came(name="Mario Rossi"))
    [line] = StatementLine.objects.all()
    form = {"word": "new", "name": "Mario Rossi", "cause": str(cause.id)}
    assert treasurer.post(f"{BANK}lines/{line.id}/decisions", form).status_code == 302
    assert Gift.objects.get().person.name == "Mario Rossi"
    assert Delivery.objects.count() == 0


def test_a_doubt_is_settled_by_one_click(cause, treasurer: Client) -> None:
    payment = asked(anna(), cause)
    brought_in(treasurer, came(name="Anna"))
    page = treasurer.get(BANK).content.decode()
    assert "Name and amount fit a payment we wait for." in page
    [line] = StatementLine.objects.all()
    address = f"{BANK}lines/{line.id}/decisions"
    form = {"word": "payment", "payment": str(payment.id)}
    for _ in range(2):  # a double click books once
        assert treasurer.post(address, form).status_code == 302
    assert Gift.objects.get().payment_id == payment.id
    assert "Nothing waits." in treasurer.get(BANK).content.decode()
    page = treasurer.get(f"{BANK}lines/{line.id}/").content.decode()
    assert "Booked as this payment" in page
    assert "Sara treasurer" in page


def test_a_person_is_found_by_name_and_proposed_by_account(cause, treasurer: Client) -> None:
    anna()
    brought_in(treasurer, came(iban=ANNAS_IBAN, ref="B1"))
    [line] = StatementLine.objects.all()
    page = treasurer.get(f"{BANK}lines/{line.id}/?q=ann").content.decode()
    assert str(anna().id) in page
    form = {"word": "person", "person": str(anna().id), "cause": str(cause.id)}
    treasurer.post(f"{BANK}lines/{line.id}/decisions", form)
    brought_in(treasurer, came("9.00", iban=ANNAS_IBAN, ref="B2"))
    second = StatementLine.objects.get(bank_ref="B2")
    page = treasurer.get(f"{BANK}lines/{second.id}/").content.decode()
    assert "gave from this account before" in page
    assert str(anna().id) in page


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"word": "aside", "reason": " "}, "Write in a few words why."),
        ({"word": "person", "person": "x", "cause": ""}, "Choose a person and a cause."),
        ({"word": "payment", "payment": ""}, "Choose a person and a cause."),
        ({"word": "undo", "reason": "x"}, "There is nothing to take back"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(cause, treasurer: Client, form, sentence) -> None:
    brought_in(treasurer, came())
    [line] = StatementLine.objects.all()
    answer = treasurer.post(f"{BANK}lines/{line.id}/decisions", form)
    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert (Gift.objects.count(), LineDecision.objects.count()) == (0, 0)


def test_one_match_and_a_whole_import_are_taken_back(cause, treasurer: Client) -> None:
    one, two = asked(anna(), cause), asked(anna(), cause, 700)
    address = brought_in(
        treasurer,
        came(rf=one.provider_ref, ref="B1"),
        came("7.00", rf=two.provider_ref, ref="B2"),
    )
    line = StatementLine.objects.get(bank_ref="B1")
    form = {"word": "undo", "reason": "era di un altro", "back": "line"}
    answer = treasurer.post(f"{BANK}lines/{line.id}/decisions", form)
    page = treasurer.get(answer.headers["Location"]).content.decode()
    assert "Taken back: <bdi>era di un altro</bdi>" in page
    assert treasurer.post(f"{address}undo", {"reason": ""}).status_code == 422
    assert treasurer.post(f"{address}undo", {"reason": "file sbagliato"}).status_code == 302
    assert {line.state for line in StatementLine.objects.all()} == {"doubt"}


# ---- Bad files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Data;Importo\n", "headings and no movements"),
        (b"ciao a tutti", "No row names its columns."),
        (b"Data;Descrizione\n24/11/2026;a\n", "These columns are missing: amount."),
        (b"<a/>", "not a bank statement"),
        (b"<a", "damaged or is not XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "damaged or is not XML"),
        (b"   \n", "The file is empty."),
        ("D\u0430ta;Importo\n24/11/2026;5,00\n".encode(), "These columns are missing: date."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_what_to_do(
    cause, treasurer: Client, content, sentence
) -> None:
    answer = hand_in(treasurer, content, "x.csv")
    page = treasurer.get(answer.headers["Location"]).content.decode()
    assert sentence in page
    assert ">Import<" not in page
    assert treasurer.post(answer.headers["Location"]).status_code == 422
    assert Statement.objects.count() == 0


def test_no_file_at_all(cause, treasurer: Client) -> None:
    answer = treasurer.post(f"{BANK}files", {})
    assert answer.status_code == 422
    assert "The file is empty." in answer.content.decode()


def test_a_statement_of_another_account_is_not_offered_for_import(cause, treasurer) -> None:
    acct = f"<Acct><Id><IBAN>{ANNAS_IBAN}</IBAN></Id></Acct>"
    answer = hand_in(treasurer, camt(came(), acct=acct))
    page = treasurer.get(answer.headers["Location"]).content.decode()
    assert "This statement is about DE89 … 3000" in page
    assert ">Import<" not in page
    assert treasurer.post(answer.headers["Location"]).status_code == 422


def test_the_questions_of_a_csv_are_asked_once_and_then_it_is_imported(cause, treasurer) -> None:
    rows = "Data;Importo;Descrizione;Ordinante\r\n03/04/26;5,00;Perché sì;Niccolò\r\n"
    answer = hand_in(treasurer, rows.encode("cp1252"), "x.csv")
    address = answer.headers["Location"]
    page = treasurer.get(address).content.decode()
    assert "Does the day or the month come first?" in page
    assert "Are the letters below right?" in page
    assert "Perché" in page
    choice = {"encoding": "cp1252", "delimiter": "semicolon", "decimal": ",", "date_order": "dmy"}
    assert ">Import<" in treasurer.get(address, choice).content.decode()
    assert treasurer.post(address, choice | {"account": IBAN}).status_code == 302
    [line] = StatementLine.objects.all()
    assert (line.booked_on.isoformat(), line.payer) == ("2026-04-03", "Niccolò")


def test_a_wrong_encoding_is_seen_in_the_preview(cause, treasurer) -> None:
    rows = "Data;Importo;Descrizione\r\n24/11/2026;5,00;Perché\r\n"
    address = hand_in(treasurer, rows.encode(), "x.csv").headers["Location"]
    assert "PerchÃ©" in treasurer.get(address, {"encoding": "latin-1"}).content.decode()


def test_rows_left_out_are_named_with_their_line(cause, treasurer) -> None:
    rows = "Data;Importo;Descrizione\n24/11/2026;5,00;a\n31/02/2026;5,00;b\n24/11/2026;3,93E+11;c\n"
    address = hand_in(treasurer, rows.encode(), "x.csv").headers["Location"]
    page = treasurer.get(address).content.decode()
    assert "Row 3: " in page
    assert 'Row 4: <span dir="auto">A spreadsheet has changed this cell.' in page
    choice = {"delimiter": "semicolon", "account": IBAN}
    statement = treasurer.post(address, choice).headers["Location"]
    assert "Row 3: " in treasurer.get(statement).content.decode()


def test_what_a_payer_writes_is_shown_as_text(cause, treasurer) -> None:
    brought_in(treasurer, came(name="&lt;script&gt;x&lt;/script&gt;", text="=HYPERLINK()"))
    for page in (BANK, f"{BANK}lines/{StatementLine.objects.get().id}/"):
        body = treasurer.get(page).content.decode()
        assert "<script>x" not in body
        assert "&lt;script&gt;x" in body


def test_balances_that_do_not_add_up_are_told(cause, treasurer) -> None:
    from obolo.gateways.payments.bank.tests.camt_files import balance

    content = camt(came(), balances=balance("OPBD", "1.00") + balance("CLBD", "9.00"))
    address = hand_in(treasurer, content).headers["Location"]
    assert "do not make the closing balance" in treasurer.get(address).content.decode()


def test_another_organisations_rows_are_not_there(cause, treasurer, other_charity) -> None:
    from obolo.organisations.wall import within

    with within(other_charity.id):
        with_account()
        statement, _ = imported(came())
        line = StatementLine.objects.get()
    for path in (f"statements/{statement.id}/", f"lines/{line.id}/", f"files/{statement.file_id}/"):
        assert treasurer.get(f"{BANK}{path}").status_code == 404
    assert transfer.is_possible("EUR")


@pytest.mark.parametrize("lang", ["it", "ar"])
def test_every_page_speaks_the_readers_language(cause, lang) -> None:
    client = logged_in(language=lang)
    payment = asked(anna(), cause)
    address = brought_in(client, came(rf=payment.provider_ref, ref="B1"), came("3.00", ref="B2"))
    pages = [BANK, f"{BANK}account", address]
    pages += [f"{BANK}lines/{line.id}/" for line in StatementLine.objects.all()]
    for path in pages:
        body = client.get(path).content.decode()
        assert f'lang="{lang}"' in body
        assert "Waiting for your word" not in body


def test_every_reason_and_state_has_its_word_in_all_languages() -> None:
    from typing import get_args

    from obolo.gateways.payments.bank.matching import Reason
    from obolo.giving.bank.models import DecisionKind, LineState
    from obolo.web import words

    own = ("payer_known", "payer_unknown", "fund_closed", "refused", "undone", "money_out")
    wanted = [f"reason_{one}" for one in (*get_args(Reason), *own)]
    wanted += [f"state_{one}" for one in LineState.values]
    wanted += [f"decision_{one}" for one in DecisionKind.values]
    for lang in words.LANGUAGES:
        texts = words._texts(lang)
        assert [one for one in wanted if f"bank.{one}" not in texts] == []
        of_bank = {key for key in texts if key.startswith("bank.")}
        assert of_bank == {key for key in words._texts("en") if key.startswith("bank.")}
