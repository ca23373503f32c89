"""The verifier in the donor's browser, on a page without our server behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

import obolo.web
from obolo.trace.log.tests.cast import LOG, OTHER
from obolo.trace.tests.log_cast import a_gift_proof
from tests.house.browser import chromium

pytestmark = pytest.mark.browser

SCRIPT = Path(obolo.web.__file__).parent / "static" / "public" / "verify.js"
BASE = "http://localhost"  # hashing needs a secure page; localhost is one
PAGE = """<!doctype html><meta charset="utf-8"><title>t</title>
<section data-verify data-proof="/gift" data-key="{key}" data-overhead="other"
 data-for-cause="for the cause" data-log="the log"
 data-holds="Holds:" data-broken="Broken:">
<button>Check</button><output></output></section>
<script type="module" src="/proof.js"></script>"""


@pytest.fixture(scope="module")
def window() -> Iterator[Page]:
    """A page whose every request is answered here."""
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(10_000)
        page.route("**/*", _answer)
        page.goto(f"{BASE}/")
        yield page


def _answer(route: Route) -> None:
    bodies = {
        "/": (PAGE.format(key=LOG.key.text()), "text/html"),
        "/proof.js": (SCRIPT.with_name("proof.js").read_text(encoding="utf-8"), "text/javascript"),
        "/verify.js": (SCRIPT.read_text(encoding="utf-8"), "text/javascript"),
        "/gift": (a_gift_proof(), "text/plain"),
    }
    body, kind = bodies.get(route.request.url.removeprefix(BASE), ("", "text/plain"))
    route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")


_CHECK_ALL = """async ([texts, key]) => {
  const { checkProof } = await import("/verify.js");
  const said = [];
  for (const text of texts) {
    try { said.push((await checkProof(text, key)).map((one) => [one.low, one.high])); }
    catch (wrong) { said.push(null); }
  }
  return said;
}"""


def _said(window: Page, texts: list[str], key: str) -> list[object]:
    said: list[object] = window.evaluate(_CHECK_ALL, [texts, key])
    return said


def test_a_donor_checks_with_one_press(window):
    window.get_by_role("button").click()
    output = window.locator("[data-verify] output")
    window.wait_for_selector("[data-state]")
    assert (output.text_content() or "").startswith("Holds:91–511 for the cause7 · ")


def test_one_proof_and_several_hold(window):
    told = a_gift_proof()
    assert _said(window, [told, told + told], LOG.key.text()) == [
        [[91, 511]],
        [[91, 511], [91, 511]],
    ]


def test_another_key_does_not_vouch(window):
    assert _said(window, [a_gift_proof()], OTHER.key.text()) == [None]


def test_every_changed_byte_is_noticed(window):
    raw = a_gift_proof().encode()
    bent = []
    for at in range(len(raw)):
        one = bytearray(raw)
        one[at] ^= (1, 2, 4, 8, 16, 32)[at % 6]
        bent.append(one.decode("utf-8", "replace"))
    said = _said(window, bent, LOG.key.text())
    assert [at for at, found in enumerate(said) if found is not None] == []
