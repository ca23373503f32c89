/* The form of a purchase on a phone with a slow line: what was typed stays on the device, photos are
   made smaller and sent one by one while the rest is typed, and nothing is lost when the line is.
   The form works without this file; it then sends everything at once. */
"use strict";

const EDGE_PIXELS = 2000, QUALITY = 0.85, SMALL_BYTES = 400000;
const TRIES = 3, WAIT_MS = 2000, KEPT_MS = 14 * 24 * 3600 * 1000;
const PREFIX = "obolo-purchase:";

for (const form of document.querySelectorAll("form[data-purchase]")) begin(form);

function begin(form) {
  const told = document.querySelector("[data-told]");
  const say = (text) => { told.textContent = text; told.hidden = !text; };
  const place = places(form);
  const files = sender(form, place);
  rates(form);
  remember(form, say);
  let sending = false;
  form.addEventListener("submit", async (submit) => {
    const button = submit.submitter;
    if (button && button.hasAttribute("formaction")) return;
    submit.preventDefault();
    submit.stopImmediatePropagation();
    if (sending) return;
    sending = true;
    form.querySelector("p > button.button[type=submit]").setAttribute("aria-disabled", "true");
    try {
      if (files.busy()) say(form.dataset.waiting);
      await files.settled();
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      if (answer.redirected) { forget(form); location.assign(answer.url); return; }
      replacePage(await answer.text());
    } catch {
      say(form.dataset.offline);
      told.scrollIntoView({ block: "nearest" });
    } finally {
      sending = false;
      form.querySelector("p > button.button[type=submit]")?.removeAttribute("aria-disabled");
    }
  }, true);
}

/* The server's page with its sentences, in place of this one, without asking for it again. */
function replacePage(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const main = fresh.querySelector("main");
  if (!main) { location.reload(); return; }
  document.querySelector("main").replaceWith(document.adoptNode(main));
  for (const form of document.querySelectorAll("form[data-purchase]")) begin(form);
  document.querySelector("[aria-invalid]")?.focus();
}

/* ---- What was typed -------------------------------------------------------------------------- */

function typed(form) {
  return [...form.elements].filter((one) => one.name && one.name !== "csrfmiddlewaretoken" && one.type !== "file" && one.type !== "submit");
}

function remember(form, say) {
  const key = PREFIX + location.pathname;
  const fields = typed(form);
  const fresh = !form.querySelector("[aria-invalid]");
  const kept = read(key);
  if (kept && fresh) {
    for (const one of fields) {
      const value = kept.values[one.name];
      if (value === undefined) continue;
      if (one.type === "radio" || one.type === "checkbox") one.checked = value.includes(one.value);
      else [one.value] = value;
    }
    form.dispatchEvent(new Event("change"));
    say(form.dataset.restored);
  } else if (fresh) {
    offerUnfinished(form, key);
  }
  const keep = () => {
    const values = {};
    for (const one of typed(form)) {
      values[one.name] ??= [];
      if ((one.type !== "radio" && one.type !== "checkbox") || one.checked) values[one.name].push(one.value);
    }
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), values })); } catch { /* full */ }
  };
  form.addEventListener("input", keep);
  form.addEventListener("keep", keep);
}

function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    if (kept && Date.now() - kept.at < KEPT_MS) return kept;
    localStorage.removeItem(key);
  } catch { /* none, or not ours */ }
  return null;
}

function offerUnfinished(form, key) {
  const folder = key.slice(0, key.lastIndexOf("/") + 1);
  const others = Object.keys(localStorage).filter((one) => one.startsWith(folder) && one !== key && read(one));
  if (!others.length) return;
  const newest = others.sort((a, b) => read(b).at - read(a).at)[0];
  const line = document.createElement("p"), link = document.createElement("a");
  line.className = "good";
  link.href = newest.slice(PREFIX.length);
  link.textContent = form.dataset.unfinishedOpen;
  line.append(`${form.dataset.unfinished} `, read(newest).values.description?.[0] || "", " ", link);
  form.before(line);
}

function forget(form) {
  localStorage.removeItem(PREFIX + new URL(form.action).pathname);
}

/* ---- Files, one by one ----------------------------------------------------------------------- */

function sender(form, place) {
  const list = form.querySelector("[data-arrived]");
  const under = new Set();
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", async () => {
      const chosen = [...input.files], kind = input.name === "photos" ? "photo" : "invoice";
      input.value = "";
      for (const file of chosen) {
        if (kind === "photo") coarsePlaceOf(file).then((near) => near && place.offer(near));
        const task = deliver(form, list, kind, file);
        under.add(task);
        task.finally(() => under.delete(task));
      }
    });
  }
  return { busy: () => under.size > 0, settled: async () => { while (under.size) await Promise.all([...under]); } };
}

/* Resolves once the file has arrived or was refused; waits for a connection as long as it takes. */
async function deliver(form, list, kind, file) {
  const row = document.createElement("li"), line = document.createElement("span");
  row.append(line);
  list.append(row);
  const say = (text) => { line.textContent = text.replace("@", file.name); };
  const small = kind === "photo" ? await smaller(file) : file;
  for (;;) {
    say(form.dataset.sending);
    const answer = await attempt(form, kind, small, file.name);
    if (answer) { arrived(form, row, line, answer, file.name); return; }
    say(form.dataset.notSent);
    await connection(form, line);
  }
}

async function attempt(form, kind, content, name) {
  for (let n = 1; n <= TRIES; n++) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append(kind, content, name);
    try {
      const answer = await fetch(form.dataset.files, { method: "POST", body, credentials: "same-origin" });
      if (answer.status === 201 || answer.status === 422) return await answer.json();
    } catch { /* the line is down */ }
    if (n < TRIES) await new Promise((done) => window.setTimeout(done, WAIT_MS * n));
  }
  return null;
}

function arrived(form, row, line, answer, name) {
  if (answer.problem) {
    row.className = "refused";
    line.textContent = form.dataset.refused.replace("@", name).replace("#", answer.problem);
    window.setTimeout(() => row.remove(), 30000);
    return;
  }
  line.textContent = form.dataset.sent.replace("@", name);
  const button = document.createElement("button");
  button.type = "submit";
  button.className = "link";
  button.textContent = form.dataset.remove;
  button.formNoValidate = true;
  button.formEnctype = "application/x-www-form-urlencoded";
  button.formAction = `${form.dataset.files}/${answer.id}/removal`;
  row.append(button);
}

/* Waits for the line to come back, or for a press on "try again". */
function connection(form, line) {
  return new Promise((done) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = form.dataset.again;
    const go = () => { window.removeEventListener("online", go); button.remove(); done(); };
    button.addEventListener("click", go);
    window.addEventListener("online", go);
    line.append(" ", button);
  });
}

/* A photo as large as a page can use, or the file itself when that is small or cannot be read. */
async function smaller(file) {
  if (file.size < SMALL_BYTES) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, EDGE_PIXELS / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return drawn && drawn.size < file.size ? drawn : file;
  } catch {
    return file;
  }
}

/* ---- Place and currency ---------------------------------------------------------------------- */

function places(form) {
  const find = form.querySelector("[data-find]"), output = find.querySelector("output");
  const { lat_tenths: lat, lon_tenths: lon } = form.elements;
  const text = (tenths) => (tenths / 10).toFixed(1);
  const named = (words, near) => words.replace("@", text(near[0])).replace("#", text(near[1]));
  function use(near) {
    [lat.value, lon.value] = near;
    output.textContent = named(form.dataset.near, near);
    form.dispatchEvent(new Event("keep"));
  }
  if (lat.value && lon.value) output.textContent = named(form.dataset.near, [lat.value, lon.value]);
  find.hidden = false;
  if ("geolocation" in navigator) {
    find.querySelector("button").addEventListener("click", () => {
      navigator.geolocation.getCurrentPosition(
        (found) => use([found.coords.latitude, found.coords.longitude].map((one) => Math.round(one * 10))),
        () => { output.textContent = form.dataset.denied; },
        { maximumAge: 600000, timeout: 15000 },
      );
    });
  } else {
    find.querySelector("button").hidden = true;
  }
  function offer(near) {
    if (lat.value || form.querySelector("[data-offer]")) return;
    const line = document.createElement("p"), button = document.createElement("button");
    line.dataset.offer = "";
    button.type = "button";
    button.className = "link";
    button.textContent = form.dataset.use;
    button.addEventListener("click", () => { use(near); line.remove(); });
    line.append(`${named(form.dataset.photo, near)} `, button);
    find.after(line);
  }
  return { offer };
}

function rates(form) {
  const rate = form.querySelector("[data-rate]"), { currency } = form.elements;
  const show = () => {
    rate.hidden = currency.value === form.dataset.own;
    rate.open = !rate.hidden;
  };
  form.addEventListener("change", show);
  currency.addEventListener("change", show);
  show();
}
