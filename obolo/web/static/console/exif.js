/* The place in a photo, read on the device and coarsened at once to tenths of a degree.
   Source: EXIF 2.32 (TIFF directories inside a JPEG's APP1). Nothing exact leaves this file. */
"use strict";

/* [latitude, longitude] in tenths of a degree, or null when the photo does not say. */
async function coarsePlaceOf(file) {
  try {
    const view = new DataView(await file.slice(0, 262144).arrayBuffer());
    if (view.getUint16(0) !== 0xffd8) return null;
    for (let at = 2; at + 4 < view.byteLength;) {
      const marker = view.getUint16(at), size = view.getUint16(at + 2);
      if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return placeIn(view, at + 10);
      if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return null;
      at += 2 + size;
    }
  } catch { /* cut short, or no such photo */ }
  return null;
}

function placeIn(view, tiff) {
  const little = view.getUint16(tiff) === 0x4949;
  const short = (at) => view.getUint16(at, little), long = (at) => view.getUint32(at, little);
  function entries(directory) {
    const found = new Map();
    for (let n = 0; n < short(directory); n++) {
      const at = directory + 2 + n * 12;
      found.set(short(at), at + 8);
    }
    return found;
  }
  const gps = entries(tiff + long(tiff + 4)).get(0x8825);
  if (gps === undefined) return null;
  const told = entries(tiff + long(gps));
  function tenths(value, side, minus, limit) {
    if (!told.has(value) || !told.has(side)) return NaN;
    const at = tiff + long(told.get(value));
    const part = (n) => long(at + n * 8) / long(at + n * 8 + 4);
    const degrees = part(0) + part(1) / 60 + part(2) / 3600;
    if (!(degrees <= limit)) return NaN;
    const sign = String.fromCharCode(view.getUint8(told.get(side))) === minus ? -1 : 1;
    return Math.round(sign * degrees * 10);
  }
  const place = [tenths(2, 1, "S", 90), tenths(4, 3, "W", 180)];
  return place.every(Number.isInteger) && (place[0] || place[1]) ? place : null;
}
