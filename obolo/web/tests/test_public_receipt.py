"""The receipt behind the donor's page: for whoever holds the address, and for nobody else."""

import io

from pypdf import PdfReader

from obolo.giving.receipts import actions as receipts
from obolo.giving.receipts import queries
from obolo.trace import actions as trace
from obolo.web.tests.public_cast import NAME, opened, page_of, paid, well


def _text(content: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())


def test_the_page_leads_to_the_receipt(charity, client):
    gift = paid(opened(well()))
    page = client.get(page_of(gift)).content.decode()
    assert f'href="{page_of(gift)}/receipt.pdf"' in page
    answer = client.get(f"{page_of(gift)}/receipt.pdf")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    receipt = queries.newest_of(gift.id)
    assert receipt
    name = f"ricevuta-{receipt.shown.replace('/', '-')}.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert NAME in _text(answer.content)
    assert receipt.shown in _text(answer.content)
    assert client.get(f"{page_of(gift)}/receipt.pdf").content == answer.content


def test_a_void_receipt_is_shown_as_void(charity, client):
    gift = paid(opened(well()))
    receipts.void_for(gift_id=gift.id, reason="returned", by=None)
    answer = client.get(f"{page_of(gift)}/receipt.pdf")
    assert "Annullata il" in _text(answer.content)


def test_a_wrong_or_revoked_address_opens_nothing(charity, client):
    gift = paid(opened(well()))
    address = f"{page_of(gift)}/receipt.pdf"
    assert client.get(f"{page_of(gift)[:-4]}abcd/receipt.pdf").status_code == 404
    trace.revoke(gift_id=gift.id)
    answer = client.get(address)
    assert answer.status_code == 404
    assert b"%PDF" not in answer.content


def test_a_receipt_is_only_looked_at(charity, client):
    gift = paid(opened(well()))
    assert client.post(f"{page_of(gift)}/receipt.pdf").status_code in (403, 405)
