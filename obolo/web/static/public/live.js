// Keeps an open donor's page true: a signal says "look", the page reads its own part again.
"use strict";
(() => {
  const POLL_MS = 20000;
  const SAID_MS = 10000;
  const main = document.getElementById("main");
  const said = document.getElementById("said");
  let last = null; // the part as it was read last; the first reading compares keys only
  let polling = null;
  let reading = false;
  let again = false;
  let silence = null;

  const keyed = (root) => [...root.querySelectorAll("[data-key]")];
  const keysOf = (root) => new Set(keyed(root).map((one) => one.dataset.key));

  function announce(text) {
    said.textContent = "";
    window.setTimeout(() => { said.textContent = text; }, 100);
    window.clearTimeout(silence);
    silence = window.setTimeout(() => { said.textContent = ""; }, SAID_MS);
  }

  const parse = (html) => new DOMParser().parseFromString(html, "text/html");

  function differs(html) {
    if (last !== null) return html !== last;
    return [...keysOf(parse(html))].join() !== [...keysOf(main)].join();
  }

  function show(html) {
    const before = keysOf(main);
    const focused = main.contains(document.activeElement) ? document.activeElement.id : "";
    const scrolled = window.scrollY;
    const parsed = parse(html);
    main.replaceChildren(...parsed.body.childNodes);
    keyed(main).forEach((one) => {
      if (!before.has(one.dataset.key)) one.classList.add("fresh");
    });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    window.scrollTo({ top: scrolled, behavior: "instant" });
    announce(main.dataset.changed);
    if (window.parent !== window) {
      window.parent.postMessage({ obolo: "changed" }, window.location.origin);
    }
  }

  async function read() {
    if (reading) { again = true; return; }
    reading = true;
    try {
      const answer = await fetch(main.dataset.part, { credentials: "omit", cache: "no-store" });
      if (answer.status === 404) { window.location.reload(); return; } // the link was revoked
      if (!answer.ok) return;
      const html = (await answer.text()).trim();
      if (differs(html)) show(html);
      last = html;
    } catch {
      // No network now: the next signal or the next poll reads again.
    } finally {
      reading = false;
      if (again) { again = false; read(); }
    }
  }

  function poll(on) {
    if (on && polling === null) polling = window.setInterval(read, POLL_MS);
    if (!on && polling !== null) { window.clearInterval(polling); polling = null; }
  }

  function listen() {
    const stream = new EventSource(main.dataset.live);
    stream.addEventListener("open", () => { poll(false); read(); });
    stream.addEventListener("changed", read);
    stream.addEventListener("error", () => {
      poll(true);
      // A browser gives up after an answer that is no stream; try again at the pace of the poll.
      if (stream.readyState === EventSource.CLOSED) window.setTimeout(listen, POLL_MS);
    });
  }

  // The address is a secret: a printed sheet must not carry it in its margin.
  const address = window.location.href;
  window.addEventListener("beforeprint", () => window.history.replaceState(null, "", "/"));
  window.addEventListener("afterprint", () => window.history.replaceState(null, "", address));

  // What was bought can be passed on; where the system has no such menu the link just opens.
  document.addEventListener("click", (press) => {
    const link = press.target.closest("a[data-share]");
    if (!link || !navigator.share) return;
    press.preventDefault();
    navigator.share({ url: link.href }).catch(() => {}); // the person thought better of it
  });

  listen();
})();
