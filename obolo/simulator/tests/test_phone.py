"""The phone page in a real Chromium: a newcomer writes, taps, and sees answers come in."""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from obolo.kit import clock
from obolo.simulator.app import create_app
from obolo.simulator.tests.a_stage import settings

pytestmark = pytest.mark.browser


@pytest.fixture
def base(tmp_path) -> Iterator[str]:
    """A running simulator without a product."""
    clock.follow(tmp_path / "clock")
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    told = settings(tmp_path, public_base=base, hook_url="", payment_hook_url="")
    app = create_app(told, production=False)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))

    async def run() -> None:
        await app.startup()
        await server.serve(sockets=[listener])
        await app.shutdown()

    thread = threading.Thread(target=asyncio.run, args=[run()])
    thread.start()
    yield base
    server.should_exit = True
    thread.join(10)
    listener.close()
    clock.follow(None)


@pytest.fixture
def page() -> Iterator[Page]:
    """A page 360 pixels wide; anything it complains about fails the test."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None and not os.environ.get("CI"):
        pytest.skip("Chromium is missing: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 700})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        yield page
        page.close()
        browser.close()
    assert complaints == []


def send(base: str, **body: Any) -> str:
    content = {"messaging_product": "whatsapp", **body}
    url = f"{base}/v23.0/106540352242922/messages"
    answer = httpx.post(url, json=content, headers={"Authorization": "Bearer t"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["messages"][0]["id"])


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_newcomer_writes_and_taps_without_reloading(base, page):
    page.goto(f"{base}/sim/phone")
    page.locator(".hints button").first.click()
    mine = page.locator(".bubble.mine")
    expect(mine).to_have_count(1)
    expect(mine).to_contain_text("vorrei dare 5 euro")
    [anna] = httpx.get(f"{base}/sim/people").json()
    [said] = httpx.get(f"{base}/sim/people/{anna['id']}/messages").json()
    reply = {"type": "reply", "reply": {"id": "yes", "title": "Sì"}}
    shown = {"type": "button", "body": {"text": "<b>5 €</b>?"}, "action": {"buttons": [reply]}}
    httpx.post(
        f"{base}/v23.0/106540352242922/messages",
        json={"messaging_product": "whatsapp", "status": "read", "message_id": said["id"]},
        headers={"Authorization": "Bearer t"},
    )
    expect(page.locator(".ticks.read")).to_have_count(1)
    send(base, to=anna["phone"], type="interactive", interactive=shown)
    expect(page.locator(".theirs .words")).to_have_text("<b>5 €</b>?")
    page.get_by_role("button", name="Sì").click()
    expect(mine).to_have_count(2)
    entries = httpx.get(f"{base}/sim/people/{anna['id']}/messages").json()
    assert [e["type"] for e in entries] == ["text", "interactive", "interactive"]
    assert entries[1]["status"] == "read"
    assert no_sideways_scrolling(page)


def test_an_arabic_phone_is_mirrored_and_the_keyboard_is_enough(base, page):
    asked = {"name": "ليلى", "lang": "ar", "reads": "when_open"}
    person = httpx.post(f"{base}/sim/people", json=asked).json()
    page.goto(f"{base}/sim/phone?embed=1&person={person['id']}")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.locator("#words").focus()
    page.keyboard.type("مرحبًا")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.mine .words")).to_have_text("مرحبًا")
    box = page.locator(".bubble.mine").bounding_box()
    assert box is not None
    assert box["x"] < 40, "what I say stands at the end of the line: left in Arabic"
    page.locator(".tools > summary").focus()
    page.keyboard.press("Enter")
    before = httpx.get(f"{base}/sim/clock").json()["now"]
    page.locator("[data-advance='1d']").click()
    expect(page.locator("#problem")).to_be_hidden()
    page.wait_for_function("document.querySelector('#now').textContent !== ''")
    assert httpx.get(f"{base}/sim/clock").json()["now"] > before
    assert no_sideways_scrolling(page)


def test_the_payment_page_pays_in_the_browser(base, page):
    asked = {"amount_minor": 500, "currency": "EUR", "reference": "g", "lang": "it"}
    made = httpx.post(
        f"{base}/sim/pay/v1/payments", json=asked, headers={"Authorization": "Bearer pay-secret"}
    ).json()
    page.goto(made["url"])
    page.get_by_role("button", name="Paga con Satispay").click()
    expect(page.get_by_role("status")).to_have_text("Pagato. Grazie!")
    assert httpx.get(f"{base}/sim/payments/g").json()["method"] == "satispay"
