// The guided tour: opens tapped links in the donor's window and ticks steps by what happened.
"use strict";
(() => {
  const POLL_MS = 2000;
  const OPENS = ["/t/", "/p/", "/sim/pay/"];
  const donor = document.getElementById("donor");
  const alone = document.getElementById("donor-alone");
  const steps = [...document.querySelectorAll("[data-step]")];
  const panes = document.getElementById("main");
  const tabs = [...document.querySelectorAll("[data-pane]")];
  const counted = { messages: 1, gifts: 2, purchases: 4 }; // which step each count ticks
  const kept = JSON.parse(window.sessionStorage.getItem("tour") || "{}");
  const done = new Set(kept.done || []);
  let first = kept.first || null;

  function keep() {
    const tour = { done: [...done], first, page: kept.page };
    window.sessionStorage.setItem("tour", JSON.stringify(tour));
  }

  function paint() {
    let next = true;
    steps.forEach((step) => {
      const ticked = done.has(Number(step.dataset.step));
      step.classList.toggle("done", ticked);
      step.classList.toggle("next", !ticked && next);
      if (!ticked && next) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
      step.querySelector(".unseen").hidden = !ticked;
      if (!ticked) next = false;
    });
  }

  function tick(number) {
    if (done.has(number)) return;
    done.add(number);
    keep();
    paint();
  }

  function openPane(name) {
    panes.dataset.open = name;
    tabs.forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.pane === name)));
  }

  function allowed(address) {
    const url = new URL(String(address), window.location.origin);
    const ours = url.origin === window.location.origin;
    return ours && OPENS.some((start) => url.pathname.startsWith(start)) ? url : null;
  }

  function open(url) {
    document.getElementById("donor-empty").hidden = true;
    donor.hidden = false;
    donor.src = url.href;
    openPane("donor");
  }

  window.addEventListener("message", (message) => {
    if (message.origin !== window.location.origin || !message.data) return;
    if (message.data.obolo === "changed" && message.source === donor.contentWindow) tick(5);
    if (message.data.obolo !== "open") return;
    const url = allowed(message.data.url);
    if (url) open(url);
  });

  // A link tapped on the phone opens beside it and not in another tab. The phone page is ours.
  const phone = document.getElementById("phone");
  function followTaps() {
    phone.contentDocument?.addEventListener("click", (tap) => {
      const link = tap.target.closest?.("a[href]");
      const url = link && !tap.defaultPrevented ? allowed(link.href) : null;
      if (!url) return;
      tap.preventDefault();
      open(url);
    });
  }
  phone.addEventListener("load", followTaps);
  if (phone.contentDocument?.readyState === "complete") followTaps();

  donor.addEventListener("load", () => {
    const url = allowed(donor.contentWindow.location.href);
    if (!url) return;
    alone.href = url.href;
    alone.hidden = false;
    if (!url.pathname.startsWith("/t/")) return;
    tick(3);
    kept.page = url.href;
    keep();
  });

  async function look() {
    try {
      const { state } = document.querySelector("[data-state]").dataset;
      const answer = await fetch(state, { cache: "no-store" });
      if (!answer.ok) return;
      const now = await answer.json();
      const fewer = first !== null && Object.keys(counted).some((name) => now[name] < first[name]);
      if (first === null || fewer) {
        first = now; // a demo begun afresh counts from nothing again
        keep();
      }
      Object.entries(counted).forEach(([name, step]) => {
        if (now[name] > first[name]) tick(step);
      });
    } catch {
      // The demo is restarting: the next look will tell.
    }
  }

  tabs.forEach((tab) => tab.addEventListener("click", () => openPane(tab.dataset.pane)));
  const before = kept.page && allowed(kept.page);
  if (before) { open(before); openPane("phone"); }
  paint();
  look();
  window.setInterval(look, POLL_MS);
})();
