/* The console's little movements: live parts, sending with Ctrl+Enter, keys in the list.
   Every page works without this file; it only saves a reload. */
"use strict";

const POLL_MS = 20000;

/* Live parts: a signal without content says "look again"; the part is read with our own rights. */
function live(part) {
  let busy = false, again = false, seen = null;
  async function renew() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(part.dataset.part, { credentials: "same-origin", headers: { "X-Part": "1" } });
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) return;
      const html = await answer.text();
      if (seen !== null && html !== seen) show(part, html);
      if (seen === null && html.trim() !== part.innerHTML.trim()) show(part, html);
      seen = html;
    } catch { /* away from the network: the next signal or poll looks again */ } finally {
      busy = false;
      if (again) { again = false; renew(); }
    }
  }
  const stream = streamOf(part.dataset.live);
  stream.addEventListener("changed", renew);
  stream.addEventListener("open", renew);
  const always = "poll" in part.dataset;
  window.setInterval(() => { if (always || stream.readyState !== EventSource.OPEN) renew(); }, POLL_MS);
}

/* Parts that listen to one address share one stream: over HTTP/1.1 a browser opens six
   connections to a host at most, and a stream keeps one. */
const streams = new Map();
function streamOf(address) {
  if (!streams.has(address)) streams.set(address, new EventSource(address));
  return streams.get(address);
}
window.addEventListener("pagehide", () => { for (const one of streams.values()) one.close(); });
window.addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });

function show(part, html) {
  const open = [...part.querySelectorAll("details[open]")].map((one) => one.id);
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const atEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 60;
  const before = part.querySelectorAll("[id]").length;
  part.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if ("end" in part.dataset && atEnd) part.scrollTop = part.scrollHeight;
  const status = document.querySelector("[data-status]");
  if (status && !("quiet" in part.dataset) && part.querySelectorAll("[id]").length !== before) {
    status.textContent = "";
    window.setTimeout(() => { status.textContent = status.dataset.said; }, 100);
  }
}

for (const part of document.querySelectorAll("[data-live]")) {
  if ("end" in part.dataset) part.scrollTop = part.scrollHeight;
  if (part.offsetParent !== null) live(part);
}

/* A form is sent once; the server keeps count too, by the form's key. */
for (const form of document.querySelectorAll("form[data-once]")) {
  let sent = false;
  form.addEventListener("submit", (submit) => {
    if (sent) { submit.preventDefault(); return; }
    sent = true;
    form.querySelector("[type=submit]").setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    sent = false;
    form.querySelector("[type=submit]").removeAttribute("aria-disabled");
  });
}

for (const form of document.querySelectorAll("form[data-send]")) {
  const text = form.querySelector("textarea");
  text.addEventListener("keydown", (key) => {
    if (key.key === "Enter" && (key.ctrlKey || key.metaKey)) form.requestSubmit();
  });
}

document.addEventListener("keydown", (key) => {
  const list = document.querySelector("[data-keys]");
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(key.target.tagName);
  if (!list || typing || key.ctrlKey || key.metaKey || key.altKey) return;
  const step = { j: 1, k: -1 }[key.key];
  if (!step) return;
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
});

// The tabs slide on a phone: the present one is brought into sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
