// One message drawn as a bubble. Owns its markup; text only ever becomes text nodes.

const WEB = /^https?:\/\//;
const FILES = ["image", "video", "audio", "document", "sticker"];
const FILE_WORDS = { image: "photo", video: "video", audio: "voice", document: "document", sticker: "sticker" };

export function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// *bold*, _italic_ and addresses, as the app shows them.
function words(text) {
  const line = node("p", { class: "words", dir: "auto" });
  const pattern = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])|\*([^*\n]+)\*|(?<![\w])_([^_\n]+)_(?![\w])/g;
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    line.append(text.slice(from, found.index));
    if (found[1]) line.append(link(found[1], found[1]));
    else if (found[2]) line.append(node("strong", {}, found[2]));
    else line.append(node("em", {}, found[3]));
    from = found.index + found[0].length;
  }
  line.append(text.slice(from));
  return line;
}

function link(title, url, className) {
  if (!WEB.test(url)) return document.createTextNode(title);
  return node("a", { href: url, target: "_blank", rel: "noopener", class: className }, title);
}

function file(kind, about, say) {
  const url = about.url && WEB.test(about.url) ? about.url : null;
  const name = about.filename || say[FILE_WORDS[kind]];
  if (kind === "audio") {
    const wave = node("span", { class: "wave", "aria-hidden": "true" });
    return node("div", { class: "voice" }, node("span", { class: "play", "aria-hidden": "true" }), wave,
      node("span", { class: "caption" }, say.voice));
  }
  if ((kind === "image" || kind === "sticker") && url) {
    if (new URL(url).origin !== location.origin) return node("p", { class: "paper" }, link(say.opens_outside, url));
    const picture = node("img", { src: url, alt: about.caption || name, loading: "lazy", class: kind });
    return node("a", { href: url, target: "_blank", rel: "noopener", class: "picture" }, picture);
  }
  return node("p", { class: "paper", dir: "auto" }, url ? link(name, url) : name);
}

function quoted(message, find) {
  const original = message.reply_to && find(message.reply_to);
  if (!original || !original.text) return null;
  return node("blockquote", { dir: "auto" }, original.text.split("\n")[0].replace(/[*_]/g, "").slice(0, 80));
}

function place(message, say) {
  const spot = message.raw.location || {};
  const text = message.text || `${spot.latitude}, ${spot.longitude}`;
  return node("p", { class: "place", dir: "auto" }, node("span", { class: "pin", "aria-hidden": "true" }), `${say.location}: ${text}`);
}

function content(message, say) {
  const parts = FILES.filter((kind) => message[kind]).map((kind) => file(kind, message[kind], say));
  if (message.type === "location") parts.push(place(message, say));
  else if (message.type === "reaction") parts.push(node("p", { class: "emoji" }, message.text || "∅"));
  else if (message.text) parts.push(words(message.text));
  else if (!parts.length) parts.push(node("p", { class: "paper" }, say[message.type] || message.type));
  return parts;
}

export function ticks(status, say) {
  const read = status === "read";
  const mark = node("span", { class: `ticks ${read ? "read" : "sent"}`, role: "img", "aria-label": read ? say.read : say.sent });
  return mark;
}

function choices(message, say, act) {
  const box = node("div", { class: "choices" });
  for (const button of message.buttons) {
    const made = node("button", { type: "button", dir: "auto" }, button.title);
    made.addEventListener("click", () => act.tap(button.id, made));
    box.append(made);
  }
  if (message.rows.length) {
    const made = node("button", { type: "button", class: "list", dir: "auto" }, message.list_label || "…");
    made.addEventListener("click", () => act.list(message));
    box.append(made);
  }
  if (message.request === "location_request_message") {
    const made = node("button", { type: "button" }, say.send_location);
    made.addEventListener("click", () => act.location());
    box.append(made);
  }
  const inText = message.type === "text" || message.type === "image";
  for (const one of inText ? [] : message.links) box.append(link(one.title, one.url, "open"));
  return box.childElementCount ? box : null;
}

export function bubble(message, say, act, find) {
  const mine = message.direction === "in";
  const clock = new Intl.DateTimeFormat(say.locale, { hour: "2-digit", minute: "2-digit" });
  const foot = node("footer", {}, node("time", { datetime: message.at }, clock.format(new Date(message.at))));
  if (mine) foot.append(ticks(message.status, say));
  const failed = message.status === "failed";
  if (failed) {
    const error = message.statuses.at(-1).error;
    foot.prepend(node("span", { class: "why", title: error.details }, `${say.failed} (${error.code}) `));
  }
  const sides = `bubble ${mine ? "mine" : "theirs"}${failed ? " failed" : ""}`;
  return node("article", { class: sides, id: message.id, "data-type": message.type },
    quoted(message, find), ...content(message, say), foot, failed ? null : choices(message, say, act));
}
