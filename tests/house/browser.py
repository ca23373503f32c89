"""The system's Chromium, and looking at a page as somebody who cannot see it would.

Owns finding and starting the browser, and checks of a page done by hand. Never: a download.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW_TO = "Chromium is missing: sudo apt-get install chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 10_000
# What a reader without eyes needs. Each rule gives the elements that break it.
_RULES = """() => {
  const found = [];
  const add = (rule, one) => found.push(`${rule}: ${one.outerHTML.slice(0, 120)}`);
  const root = document.documentElement;
  if (!root.lang) found.push("no lang");
  if (!root.dir) found.push("no dir");
  if (!document.title.trim()) found.push("no title");
  const shown = (one) => one.getClientRects().length > 0;
  const heads = [...document.querySelectorAll("h1")].filter(shown);
  if (heads.length !== 1) found.push(`${heads.length} h1`);
  if (document.querySelectorAll("main").length !== 1) found.push("not one main");
  document.querySelectorAll("img:not([alt])").forEach((one) => add("no alt", one));
  document.querySelectorAll("svg").forEach((one) => {
    if (!one.closest("[aria-hidden=true]") && !one.querySelector("title")
        && one.getAttribute("role") !== "img") add("svg neither hidden nor named", one);
  });
  document.querySelectorAll("input:not([type=hidden]), select, textarea").forEach((one) => {
    const name = one.getAttribute("aria-label") || one.labels?.[0]?.textContent?.trim();
    if (shown(one) && !name) add("no label", one);
  });
  document.querySelectorAll("button, a[href], summary").forEach((one) => {
    const images = [...one.querySelectorAll("img")].map((image) => image.alt).join("");
    const name = one.getAttribute("aria-label") || one.textContent.trim() || images;
    if (shown(one) && !name) add("no name", one);
  });
  document.querySelectorAll("iframe:not([title])").forEach((one) => add("no title", one));
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => found.push(`id twice: ${id}`));
  for (const name of ["aria-labelledby", "aria-describedby"]) {
    document.querySelectorAll(`[${name}]`).forEach((one) => {
      one.getAttribute(name).split(/\\s+/).forEach((id) => {
        if (!document.getElementById(id)) add(`${name} leads nowhere`, one);
      });
    });
  }
  if (root.scrollWidth > window.innerWidth + 1) found.push(`wider than the window`);
  return found;
}"""


def executable() -> str:
    """Where Chromium is; without it the test is skipped here, and fails in CI."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if os.environ.get("CI"):
        pytest.fail(HOW_TO)
    pytest.skip(HOW_TO)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A browser window whose every request and complaint is noted."""

    def __init__(self, browser: Browser, base: str, lang: str = "it") -> None:
        self.base = base
        self.context: BrowserContext = browser.new_context(
            locale=lang, viewport={"width": 1280, "height": 900}
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.context.on("weberror", lambda wrong: self.complaints.append(str(wrong.error)))
        self.context.on("console", lambda said: self._note(said.type, said.text))
        self.context.on("requestfailed", lambda r: self._note_failure(r.url, r.failure or ""))

    def open(self, url: str) -> Page:
        """A new page of this window."""
        page = self.context.new_page()
        page.goto(url)
        return page

    def is_clean(self) -> None:
        """Fails when a page complained or asked another host for anything."""
        assert self.complaints == []
        own = urlsplit(self.base).netloc
        others = {
            url
            for url in self.requests
            if urlsplit(url).scheme in ("http", "https", "ws", "wss")
            and urlsplit(url).netloc != own
        }
        assert others == set(), "a page must not tell another host who looks"

    def close(self) -> None:
        """Close the window."""
        self.context.close()

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def _note_failure(self, url: str, why: str) -> None:
        if "ERR_ABORTED" not in why:  # a stream that ends with its page
            self.complaints.append(f"{url}: {why}")


def is_readable(page: Page, lang: str) -> None:
    """Fails when somebody who cannot see the page would be lost on it."""
    root = page.locator("html")
    direction = "rtl" if lang == "ar" else "ltr"
    assert (root.get_attribute("lang"), root.get_attribute("dir")) == (lang, direction)
    assert page.evaluate(_RULES) == [], page.url
