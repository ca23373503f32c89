"""In a real Chromium: giving, recording a purchase, and a page that changes without a reload."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.house.browser import PATIENCE_MS, Watched, chromium, is_readable
from tests.house.driver import House
from tests.house.papers import invoice, photo
from tests.house.people import CAUSE, Words

pytestmark = pytest.mark.browser

BOUGHT = {"it": "Tubi per il pozzo", "en": "Pipes for the well", "ar": "أنابيب للبئر"}
COUNTED = "[data-key^=counted-]"  # a purchase this gift counted towards


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of this file."""
    with chromium() as running:
        yield running


@pytest.fixture
def window(browser: Browser, house: House, words: Words) -> Iterator[Watched]:
    """A window of its own, speaking one language."""
    watched = Watched(browser, house.base, words.lang)
    yield watched
    watched.close()


def test_a_newcomer_gives_and_sees_the_page_change(
    house: House, words: Words, window: Watched, tmp_path: Path
) -> None:
    donor = house.newcomer(words, reads="when_open")
    phone = window.open(f"{house.ready['phone']}?person={donor.id}")
    _says(phone, words.give)
    _latest(phone, words.cause).get_by_role("button").first.click()
    with window.context.expect_page() as opened:
        phone.locator('a[href*="/p/"]').click()
    payment = opened.value
    payment.wait_for_url("**/sim/pay/**")
    is_readable(payment, words.lang)
    payment.locator('button[value="card"]').click()
    expect(payment.locator('[data-status="paid"]')).to_be_visible()

    with window.context.expect_page() as opened:
        phone.locator('a[href*="/t/"]').click()
    page = opened.value
    expect(page.locator("h1")).to_contain_text("5")
    is_readable(page, words.lang)
    is_readable(phone, words.lang)
    assert page.locator(COUNTED).count() == 0, "nothing was bought with it yet"
    page.evaluate("window.wasNotReloaded = true")

    _record_in_the_console(house, window, words, tmp_path)

    expect(page.locator("main")).to_contain_text(BOUGHT[words.lang])
    expect(page.locator(COUNTED)).to_have_count(1)
    shot = page.locator(f"{COUNTED} img")
    shot.scroll_into_view_if_needed()
    expect(shot).to_be_visible()
    page.wait_for_function("(one) => one.naturalWidth > 0", arg=shot.element_handle())
    assert page.evaluate("window.wasNotReloaded") is True
    expect(page.locator("[role=status]")).not_to_be_empty()
    expect(_latest(phone, words.counted)).to_contain_text(BOUGHT[words.lang])
    is_readable(page, words.lang)
    page.screenshot(path=tmp_path / f"page-{words.lang}.png", full_page=True)
    window.is_clean()


def _says(phone: Page, text: str) -> None:
    phone.locator("#words").fill(text)
    phone.locator("#words").press("Enter")


def _latest(phone: Page, text: str) -> Locator:
    return phone.get_by_role("article").filter(has_text=text).last


def _record_in_the_console(house: House, window: Watched, words: Words, folder: Path) -> None:
    desk = window.open(f"{house.ready['console']}?lang={words.lang}")
    _log_in(desk, house)
    desk.goto(f"{house.ready['console']}causes/{CAUSE}/purchases/new")
    is_readable(desk, _language(desk))
    name, content, _ = photo("#0f4c4a")
    (folder / name).write_bytes(content)
    paper, words_of_paper, _ = invoice()
    (folder / paper).write_bytes(words_of_paper)
    free = house.cause(CAUSE)["free_minor"]
    desk.locator("#amount").fill(f"{free // 100}.{free % 100:02}")
    desk.locator("#description").fill(BOUGHT[words.lang])
    desk.locator("#photos").set_input_files(folder / name)
    desk.locator("#invoice").set_input_files(folder / paper)
    desk.locator("input[name=consent][value=nobody]").check()
    desk.locator("form[enctype] button.button[type=submit]").click()
    expect(desk.locator("main")).to_contain_text(BOUGHT[words.lang])
    is_readable(desk, _language(desk))


def _language(desk: Page) -> str:
    """Staff read in their own language, whatever the donor's."""
    return str(desk.locator("html").get_attribute("lang"))


def _log_in(desk: Page, house: House) -> None:
    is_readable(desk, _language(desk))
    desk.locator("input[type=email]").fill(house.ready["staff"]["email"])
    desk.locator("input[type=password]").fill(house.ready["staff"]["password"])
    desk.locator("button[type=submit]").click()
    desk.wait_for_url(lambda url: "/login" not in url)


def test_the_tour_asks_nobody_else_and_complains_of_nothing(
    house: House, words: Words, window: Watched, tmp_path: Path
) -> None:
    tour = window.open(f"{house.base}/?lang={words.lang}")
    tour.wait_for_load_state("load")
    assert tour.locator("iframe").count() >= 2
    for frame in tour.frames[1:]:
        if frame.url not in ("", "about:blank"):
            frame.wait_for_load_state("load")
            expect(frame.locator("h1").first).to_be_attached(timeout=PATIENCE_MS)
    is_readable(tour, words.lang)
    tour.screenshot(path=tmp_path / f"tour-{words.lang}.png")
    window.is_clean()


def test_the_tour_is_readable_on_a_small_phone(
    house: House, words: Words, window: Watched, tmp_path: Path
) -> None:
    tour = window.open(f"{house.base}/?lang={words.lang}")
    tour.set_viewport_size({"width": 360, "height": 740})
    is_readable(tour, words.lang)
    tour.screenshot(path=tmp_path / f"tour-small-{words.lang}.png")
    for pane in tour.locator("button[data-pane]").all():
        pane.click()
        expect(pane).to_have_attribute("aria-pressed", "true")
    window.is_clean()


def test_every_page_of_the_console_is_readable(house: House, browser: Browser) -> None:
    window = Watched(browser, house.base, "en")
    desk = window.open(house.ready["console"])
    _log_in(desk, house)
    for path in ("", "causes/", f"causes/{CAUSE}/", "set-aside/"):
        desk.goto(f"{house.ready['console']}{path}")
        is_readable(desk, _language(desk))
    window.is_clean()
    window.close()


def test_a_page_works_without_scripts(house: House, browser: Browser, words: Words) -> None:
    given = house.newcomer(words).give()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(given.page)
    expect(page.locator("h1")).to_contain_text("5")
    assert context.cookies() == []
    context.close()
