// The phone page: one person's chat, live. Owns the page's state; all acts go through the control API.
import { bubble, node, ticks } from "/sim/static/phone-bubbles.js";
import { texts } from "/sim/static/phone-texts.js";

const ADD = "+";
const at = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
const messages = new Map();
let people = [];
let person = null;
let say = texts.it;
let stream = null;
let typingTimer = 0;
let clockAhead = 0;

async function call(path, content) {
  const options = content === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content),
  };
  const answer = await fetch(path, options);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || String(answer.status));
  return told;
}

// A refusal is shown in one line; the page goes on.
async function attempt(act) {
  at("problem").hidden = true;
  try {
    return await act();
  } catch (error) {
    at("problem").textContent = error instanceof TypeError ? say.offline : error.message;
    at("problem").hidden = false;
    return undefined;
  }
}

function speak() {
  say = { ...texts[person.lang], locale: person.lang };
  document.documentElement.lang = person.lang;
  document.documentElement.dir = person.lang === "ar" ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = say[element.dataset.text];
  at("words").placeholder = say.message;
  at("presence").textContent = say.online;
}

function fillChooser() {
  const options = people.map((one) => node("option", { value: one.id }, one.name));
  at("person").replaceChildren(...options, node("option", { value: ADD }, say.add_person));
  at("person").value = person.id;
}

async function choose(id) {
  person = people.find((one) => one.id === id) || people[0];
  speak();
  fillChooser();
  asked.set("person", person.id);
  history.replaceState(null, "", `?${asked}`);
  messages.clear();
  draw();
  stream?.close();
  stream = new EventSource(`/sim/people/${person.id}/live`);
  stream.addEventListener("open", () => attempt(reload)); // also after a lost connection
  stream.addEventListener("message", (told) => heard(JSON.parse(told.data)));
}

async function reload() {
  const owner = person;
  const all = await call(`/sim/people/${owner.id}/messages`);
  if (owner !== person) return;
  messages.clear();
  for (const message of all) messages.set(message.id, message);
  draw();
}

function heard(change) {
  if (change.kind === "message") return arrive(change.message);
  if (change.kind === "status") return step(change.id, change.status);
  if (change.kind === "read") return blue();
  if (change.kind === "typing") return typing(change.seconds);
  if (change.kind === "clock") return setClock(change.now);
  return undefined;
}

// One bubble is added, the others stay: a reader's place and a screen reader's are not lost.
function arrive(message) {
  const known = document.getElementById(message.id);
  messages.set(message.id, message);
  if (message.direction === "out") typing(0);
  if (known) known.replaceWith(drawn(message));
  else append(message);
  hint();
}

function step(id, status) {
  const message = messages.get(id);
  if (!message) return;
  message.status = status;
  if (status === "failed") attempt(reload); // the reason is in the whole entry
}

function blue() {
  for (const message of messages.values()) {
    if (message.direction !== "in" || message.status === "read") continue;
    message.status = "read";
    document.getElementById(message.id)?.querySelector(".ticks")?.replaceWith(ticks("read", say));
  }
}

function typing(seconds) {
  clearTimeout(typingTimer);
  document.querySelector(".typing")?.remove();
  at("presence").textContent = seconds ? say.typing : say.online;
  if (!seconds) return;
  const dots = node("div", { class: "typing", "aria-hidden": "true" }, node("i"), node("i"), node("i"));
  at("log").append(dots);
  toEnd();
  typingTimer = setTimeout(() => typing(0), seconds * 1000);
}

const acts = {
  tap: (id) => attempt(() => post({ tap: id })),
  list: openSheet,
  location: () => attempt(() => post(place())),
};

function drawn(message) {
  return bubble(message, say, acts, (id) => messages.get(id));
}

function append(message) {
  const log = at("log");
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  log.querySelector(".empty")?.remove();
  const title = dayTitle(new Date(message.at));
  const days = log.querySelectorAll(".day");
  const isNewDay = days.length === 0 || days[days.length - 1].textContent !== title;
  const parts = isNewDay ? [node("p", { class: "day" }, node("span", {}, title))] : [];
  const dots = log.querySelector(".typing");
  for (const part of [...parts, drawn(message)]) log.insertBefore(part, dots);
  if (wasAtEnd || message.direction === "in") toEnd();
}

function draw() {
  const empty = messages.size ? [] : [node("p", { class: "empty" }, say.empty)];
  at("log").replaceChildren(...empty);
  for (const message of messages.values()) append(message);
  hint();
  toEnd();
}

function toEnd() {
  at("log").scrollTop = at("log").scrollHeight;
}

function hint() {
  const hints = messages.size ? [] : say.hints;
  const made = hints.map((text) => {
    const button = node("button", { type: "button", dir: "auto" }, text);
    button.addEventListener("click", () => attempt(() => post({ text })));
    return button;
  });
  at("hints").replaceChildren(...made);
}

function dayTitle(date) {
  const now = new Date(Date.now() + clockAhead);
  const days = Math.round((midnight(now) - midnight(date)) / 86400000);
  if (days === 0) return say.today;
  if (days === 1) return say.yesterday;
  return new Intl.DateTimeFormat(say.locale, { dateStyle: "long" }).format(date);
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function openSheet(message) {
  at("sheet-title").textContent = message.list_label || "";
  const parts = [];
  let section = "";
  for (const row of message.rows) {
    if (row.section && row.section !== section) parts.push(node("h3", { dir: "auto" }, row.section));
    section = row.section;
    const more = row.description ? node("small", {}, row.description) : null;
    const button = node("button", { type: "button", class: "choice", dir: "auto" }, row.title, more);
    button.addEventListener("click", () => {
      at("sheet").close();
      acts.tap(row.id);
    });
    parts.push(button);
  }
  at("sheet-rows").replaceChildren(...parts);
  at("sheet").showModal();
}

function post(content) {
  return call(`/sim/people/${person.id}/messages`, content);
}

function place() {
  return { type: "location", location: { latitude: 45.4642, longitude: 9.19, name: "Milano" } };
}

function setClock(iso) {
  clockAhead = new Date(iso).getTime() - Date.now();
  showClock();
  draw(); // yesterday may have become the day before
}

function showClock() {
  const format = new Intl.DateTimeFormat(say.locale, { dateStyle: "medium", timeStyle: "short" });
  at("now").textContent = format.format(new Date(Date.now() + clockAhead));
}

function wantedFaults(form) {
  const told = new FormData(form);
  const faults = { reorder: form.elements.reorder.checked };
  for (const name of ["duplicate", "batch", "delay"]) faults[name] = Number(told.get(name));
  const code = Number(told.get("error"));
  faults.error = code ? { code, times: 1 } : null;
  return faults;
}

function listenToTools() {
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () => attempt(() => call("/sim/clock", { advance: button.dataset.advance })));
  }
  at("faults").addEventListener("submit", async (submitted) => {
    submitted.preventDefault();
    const done = await attempt(() => call("/sim/faults", wantedFaults(submitted.target)));
    at("fault-note").textContent = done ? say.done : "";
  });
  at("faults").addEventListener("reset", async () => {
    const done = await attempt(() => call("/sim/faults", { clear: true }));
    at("fault-note").textContent = done ? say.done : "";
  });
}

function listenToComposer() {
  const words = at("words");
  at("composer").addEventListener("submit", async (submitted) => {
    submitted.preventDefault();
    const text = words.value.trim();
    if (!text) return;
    words.value = "";
    fit();
    if (!(await attempt(() => post({ text })))) words.value = text;
  });
  words.addEventListener("keydown", (key) => {
    if (key.key !== "Enter" || key.shiftKey || key.isComposing) return;
    key.preventDefault();
    at("composer").requestSubmit();
  });
  words.addEventListener("input", fit);
  for (const button of document.querySelectorAll("[data-send]")) {
    button.addEventListener("click", () => {
      at("attach").open = false;
      const kind = button.dataset.send;
      attempt(() => post(kind === "location" ? place() : { type: kind }));
    });
  }
}

function fit() {
  const words = at("words");
  words.rows = Math.min(5, words.value.split("\n").length);
}

function listenToPeople() {
  at("person").addEventListener("change", () => {
    if (at("person").value !== ADD) return choose(at("person").value);
    at("person").value = person.id;
    at("newcomer").showModal();
    return undefined;
  });
  at("newcomer-form").addEventListener("submit", async (submitted) => {
    submitted.preventDefault();
    const told = new FormData(submitted.target);
    const asked = { name: told.get("name"), lang: told.get("lang"), reads: "when_open" };
    const made = await attempt(() => call("/sim/people", asked));
    if (!made) return;
    at("newcomer").close();
    submitted.target.reset();
    people = await call("/sim/people");
    choose(made.id);
  });
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}

async function begin() {
  if (asked.has("embed")) document.body.classList.add("embed");
  const about = await call("/sim");
  at("organisation").textContent = about.organisation;
  document.title = about.organisation;
  people = await call("/sim/people");
  await choose(asked.get("person"));
  setClock(about.clock);
  setInterval(showClock, 10000);
}

listenToTools();
listenToComposer();
listenToPeople();
attempt(begin);
