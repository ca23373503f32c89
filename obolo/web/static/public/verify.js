// Checks the proof of a gift in the donor's own browser: nothing is asked of our server but the file.
// Owns its own Ed25519 (RFC 8032), tree (RFC 9162) and sums. Hashing is the browser's (a secure
// page is needed). `checkProof(text, key)` answers what each proof of the file tells, or throws an
// Error whose message says what does not hold.
//
// A page may say: <section data-verify data-proof="/…/gift.tlog-proof" data-key="name+id+base64"
//   data-overhead="<ids of lines>" data-for-cause="…" data-for-overhead="…" data-log="…"
//   data-holds="…" data-broken="…"><button>…</button><output></output></section>

const HEADER = "c2sp.org/tlog-proof@v1";
const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const TEXT = new TextEncoder();

const broken = (why) => { throw new Error(why); };
const mod = (n) => { const r = n % P; return r < 0n ? r + P : r; };

function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) {
    if (e & 1n) result = mod(result * b);
  }
  return result;
}

const inverse = (n) => power(n, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

// Points are [X, Y, Z, T] with x = X/Z, y = Y/Z, T = XY/Z.
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * t2 * D);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(scalar, point) {
  let total = [0n, 1n, 1n, 0n];
  for (let s = scalar, p = point; s > 0n; s >>= 1n, p = add(p, p)) if (s & 1n) total = add(total, p);
  return total;
}

const little = (bytes) => bytes.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n);

function pointOf(bytes) {
  const told = little(bytes);
  const y = told & ((1n << 255n) - 1n);
  const sign = told >> 255n;
  if (y >= P) return null;
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square)) x = mod(x * ROOT_OF_MINUS_ONE);
  if (mod(x * x - square) || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

const BASE = pointOf(Uint8Array.of(0x58, ...new Array(31).fill(0x66)));

async function signatureHolds(key, message, signature) {
  if (signature.length !== 64) return false;
  const [a, r, s] = [pointOf(key), pointOf(signature.slice(0, 32)), little(signature.slice(32))];
  if (!a || !r || s >= L) return false;
  const told = await digest("SHA-512", signature.slice(0, 32), key, message);
  const left = times(s, BASE);
  const right = add(r, times(little(told) % L, a));
  return !mod(left[0] * right[2] - right[0] * left[2]) && !mod(left[1] * right[2] - right[1] * left[2]);
}

async function digest(name, ...parts) {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  parts.reduce((at, part) => { whole.set(part, at); return at + part.length; }, 0);
  return new Uint8Array(await crypto.subtle.digest(name, whole));
}

const sha = (...parts) => digest("SHA-256", ...parts);
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const toHex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

function unbase64(text) {
  let bytes = null;
  try {
    bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch { broken("A value is no base64."); }
  // One spelling for each value; the whole text is compared in pieces, an entry may be long.
  let again = "";
  for (let at = 0; at < bytes.length; at += 3000) again += toBase64(bytes.subarray(at, at + 3000));
  return again === text ? bytes : broken("A value is spelt in another base64.");
}

function unhex(text) {
  const plain = typeof text === "string" && /^([0-9a-f]{2})*$/.test(text);
  return plain ? Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16))
    : broken("A value is spelt in another way.");
}

function number64(n) {
  if (!Number.isSafeInteger(n) || n < 0) broken("An amount is none.");
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(n));
  return bytes;
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.keys(value).sort().map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`);
  return `{${pairs.join(",")}}`;
}

async function readKey(text) {
  const [name, id, ...rest] = text.trim().split("+");
  const value = unbase64(rest.join("+"));
  if (value.length !== 33 || value[0] !== 1) broken("The key is none that signs logs.");
  const made = (await sha(TEXT.encode(`${name}\n`), value)).slice(0, 4);
  return toHex(made) === id ? { name, id: made, bytes: value.slice(1) } : broken("The key is bent.");
}

async function readCheckpoint(note, key) {
  const at = note.lastIndexOf("\n\n");
  // eslint-disable-next-line no-control-regex
  if (at < 0 || !note.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(note)) broken("No signed note.");
  const text = note.slice(0, at + 1);
  let signed = false;
  for (const line of note.slice(at + 2, -1).split("\n")) {
    const parts = /^— ([^\s+]+) (\S+)$/.exec(line) ?? broken("A line is no signature.");
    const value = unbase64(parts[2]);
    if (parts[1] !== key.name || !same(value.slice(0, 4), key.id)) continue;
    const holds = await signatureHolds(key.bytes, TEXT.encode(text), value.slice(4));
    signed = holds || broken(`The signature of ${key.name} is wrong.`);
  }
  const [origin, size, root] = text.split("\n");
  if (!signed || origin !== key.name || !/^[1-9]\d{0,14}$/.test(size)) {
    broken(`The checkpoint is not signed by ${key.name}.`);
  }
  return { size: Number(size), root: unbase64(root), rootText: root };
}

async function checkInclusion(entry, index, path, { size, root }) {
  let found = await sha(Uint8Array.of(0), entry);
  let [at, last] = [index, size - 1];
  const half = (n) => Math.floor(n / 2);
  for (const beside of path) {
    if (last === 0) broken("The path of the proof is too long.");
    if (at % 2 || at === last) {
      found = await sha(Uint8Array.of(1), beside, found);
      while (at && at % 2 === 0) [at, last] = [half(at), half(last)];
    } else {
      found = await sha(Uint8Array.of(1), found, beside);
    }
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0 || index >= size || !same(found, root)) broken(`Entry ${index} is not in the log.`);
}

async function openGift(extra, body) {
  const wanted = "amount_minor,body,position,reference,salt,sums";
  const salt = unhex(extra.salt);
  if (Object.keys(extra).sort().join() !== wanted || salt.length !== 32) broken("No gift is opened.");
  const mine = await sha(salt, TEXT.encode(extra.reference));
  let found = await sha(Uint8Array.of(0x10), number64(extra.amount_minor), salt, mine);
  let [total, before, at] = [extra.amount_minor, 0, extra.position];
  if (!Number.isSafeInteger(at) || at < 0 || at >= 2 ** extra.sums.length) broken("No such place.");
  for (const [hash, minor] of extra.sums) {
    const [own, other] = [[found, number64(total)], [unhex(hash), number64(minor)]];
    if (other[0].length !== 32) broken("A hash has 32 bytes.");
    const pair = at % 2 ? [...other, ...own] : [...own, ...other];
    found = await sha(Uint8Array.of(0x11), ...pair);
    if (at % 2) before += minor;
    total += minor;
    at = Math.floor(at / 2);
  }
  if (toHex(found) !== body.root || total !== body.hi - body.lo) {
    broken("The gift is not what its batch was made from.");
  }
  return body.lo + before;
}

async function checkOne(text, key) {
  const gap = text.indexOf("\n\n");
  const lines = text.slice(0, gap).split("\n");
  const index = /^index (0|[1-9]\d{0,14})$/.exec(lines[2] ?? "");
  if (gap < 0 || lines[0] !== HEADER || !lines[1]?.startsWith("extra ") || !index) {
    broken("This is no proof file.");
  }
  const raw = unbase64(lines[1].slice(6));
  const told = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  const extra = JSON.parse(told);
  if (canonical(extra) !== told) broken("What opens the gift is spelt in another way.");
  const body = JSON.parse(extra.body);
  const log = await readCheckpoint(text.slice(gap + 2), key);
  const path = lines.slice(3).map(unbase64);
  await checkInclusion(TEXT.encode(extra.body), Number(index[1]), path, log);
  const shown = { kind: body.kind, index: Number(index[1]), size: log.size, root: log.rootText };
  if (body.kind === "owner" && extra.salt) { // the gift was thought to be another person's
    const now = await sha(unhex(extra.salt), TEXT.encode(extra.reference));
    if (toHex(now) !== body.now) {
      broken("The proof does not open the entry that says whose the gift is.");
    }
  }
  if (body.kind !== "gifts") return shown;
  const lo = await openGift(extra, body);
  const numbers = { line: body.line, low: lo + 1, high: lo + extra.amount_minor };
  return { ...shown, ...numbers, minor: extra.amount_minor, reference: extra.reference };
}

export async function checkProof(text, keyText) {
  const key = await readKey(keyText);
  const parts = `\n${text}`.split(`\n${HEADER}\n`);
  if (parts.length < 2 || parts.shift() !== "") broken("This is no proof file.");
  const found = [];
  for (const [at, part] of parts.entries()) {
    found.push(await checkOne(`${HEADER}\n${part}${at + 1 < parts.length ? "\n" : ""}`, key));
  }
  return found;
}

// What the proofs tell, a line each: the number itself, and what it is in the reader's words.
function facts(found, words) {
  const overhead = (words.overhead ?? "").split(" ");
  const runs = found.filter((one) => one.line).map((one) => [
    `${one.low}–${one.high}`, overhead.includes(one.line) ? words.forOverhead : words.forCause,
  ]);
  return [...runs, [`${found[0].size} · ${found[0].root}`, words.log]];
}

function list(lines) {
  const made = document.createElement("ul");
  for (const [number, what] of lines) {
    const fact = document.createElement("bdi"); // it reads from left to right in any language
    fact.dir = "ltr";
    fact.textContent = number;
    const line = document.createElement("li");
    line.append(fact, ` ${what ?? ""}`);
    made.append(line);
  }
  return made;
}

export async function checkSection(section) {
  const output = section.querySelector("output");
  try {
    const answer = await fetch(section.dataset.proof, { credentials: "same-origin" });
    if (!answer.ok) broken(String(answer.status));
    const found = await checkProof(await answer.text(), section.dataset.key);
    output.replaceChildren(section.dataset.holds, list(facts(found, section.dataset)));
    section.dataset.state = "holds";
  } catch (wrong) {
    output.textContent = `${section.dataset.broken} ${wrong.message}`;
    section.dataset.state = "broken";
  }
}
