"""The picture that a shared link shows: words, a photo, the coin and its thread.

Pure: takes words and the bytes of a photo, answers a PNG of 1200 by 630 (Open Graph's usual size).
Fonts are the house's own, opened in memory. Never a name of a person, never an amount.
"""

import io
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont, ImageOps

VERSION: Final = 1  # of the drawing; part of the tag that browsers keep
SIZE: Final = (1200, 630)
_FONTS: Final = Path(__file__).parents[1] / "static" / "vendor" / "fonts"
_PAPER, _INK, _SOFT = "#faf7f1", "#1c2b2a", "#51605e"
_THREAD, _COIN, _COIN_LIGHT, _COIN_DARK = "#0d6558", "#d39a2d", "#f1cf83", "#7a5206"
_MARGIN: Final = 72
_PHOTO_WIDE: Final = 500
_LINES_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Words:
    """What the picture says."""

    title: str
    about: str
    organisation: str
    lang: str


def draw(words: Words, photo: bytes) -> bytes:
    """The PNG. A photo that cannot be read is left out."""
    canvas = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(canvas)
    is_rtl = words.lang == "ar"
    shot = _shot(photo)
    wide = SIZE[0] - 2 * _MARGIN - (_PHOTO_WIDE if shot else 0)
    if shot is not None:
        canvas.paste(shot, (0 if is_rtl else SIZE[0] - _PHOTO_WIDE, 0))
    left = _MARGIN + (_PHOTO_WIDE if is_rtl and shot else 0)
    side = left + wide if is_rtl else left
    _coin(pen, side - 40 if is_rtl else side + 40)
    y = 210
    for text, size, weight, ink in (
        (words.title, 58, 600, _INK),
        (words.about, 31, 400, _SOFT),
        (words.organisation, 31, 600, _THREAD),
    ):
        y = _paragraph(pen, text, (side, y), wide, _Hand(size, weight, ink, is_rtl))
    file = io.BytesIO()
    canvas.save(file, "PNG", optimize=True)
    return file.getvalue()


def _shot(photo: bytes) -> Image.Image | None:
    if not photo:
        return None
    try:
        with Image.open(io.BytesIO(photo)) as opened:
            return ImageOps.fit(opened.convert("RGB"), (_PHOTO_WIDE, SIZE[1]))
    except OSError:
        return None


def _coin(pen: ImageDraw.ImageDraw, x: int) -> None:
    y = 110
    pen.line([(x, y + 40), (x, y + 78)], fill=_THREAD, width=6)
    for radius, fill, edge in ((44, _COIN, _COIN_DARK), (34, _COIN_LIGHT, _COIN_DARK)):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill, edge, 3)
    pen.ellipse((x - 16, y - 16, x + 16, y + 16), None, _THREAD, 8)


@dataclass(frozen=True, slots=True)
class _Hand:
    """A size and weight in both scripts; text in mixed scripts is written run by run."""

    size: int
    weight: int
    ink: str
    is_rtl: bool

    def width(self, text: str) -> int:
        """In pixels."""
        return sum(int(self._font(script).getlength(run)) for script, run in _runs(text))

    def write(self, pen: ImageDraw.ImageDraw, x: int, y: int, text: str) -> None:
        """One line that begins at x: in Arabic it goes to the left."""
        for script, run in _runs(text):
            font = self._font(script)
            wide = int(font.getlength(run))
            at = x - wide if self.is_rtl else x
            way = "rtl" if script == "arabic" else "ltr"
            pen.text((at, y), run, self.ink, font, anchor="ls", direction=way)
            x = at if self.is_rtl else x + wide

    def _font(self, script: str) -> ImageFont.FreeTypeFont:
        return _font(script, self.size, self.weight)


def _paragraph(
    pen: ImageDraw.ImageDraw, text: str, corner: tuple[int, int], wide: int, hand: _Hand
) -> int:
    """Write wrapped text and answer where the next paragraph begins."""
    x, y = corner
    for line in _wrapped(text, hand, wide):
        hand.write(pen, x, y + hand.size, line)
        y += hand.size * 4 // 3
    return y + hand.size // 2


def _wrapped(text: str, hand: _Hand, wide: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and hand.width(longer) <= wide:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > _LINES_MAX:
        lines = lines[:_LINES_MAX]
        lines[-1] += "…"
    return lines


def _runs(text: str) -> list[tuple[str, str]]:
    """The text in pieces of one script. A space between two scripts is a piece of its own."""
    found: list[tuple[str, str]] = []
    for word in re.findall(
        r" |[\u0600-\u06ff]+(?: +[\u0600-\u06ff]+)*|[^\u0600-\u06ff]+(?<! )", text
    ):
        found.append(("arabic" if "\u0600" <= word[0] <= "\u06ff" else "latin", word))
    return found


@lru_cache(maxsize=16)
def _font(script: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(io.BytesIO(_opened(script)), size)
    font.set_variation_by_axes([weight])
    return font


@cache
def _opened(script: str) -> bytes:
    """A font of the house without its compression."""
    font = TTFont(_FONTS / f"readex-pro-{script}-wght-normal.woff2")
    font.flavor = None
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()
