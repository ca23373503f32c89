"""A quiet A4 sheet in the house's colours and type, drawn from the side its language begins at.

Owns: fonts, colours, the coin and its thread, and which side is the start. Everything is measured
in whole points, from the start side and from the top. Never: what a paper says.
Source: colours and motif of `web/static/tokens.css`; Unicode TR9 by way of fpdf2.
"""

import unicodedata
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from fpdf import FPDF
from fpdf.drawing_primitives import color_from_hex_string

from obolo.giving.papers.words import is_rtl

WIDTH, HEIGHT, MARGIN = 595, 842, 62
INNER: Final = WIDTH - 2 * MARGIN
INK, SOFT, LINE, PAPER, WHITE = "#1c2b2a", "#51605e", "#ddd5c6", "#faf7f1", "#ffffff"
THREAD, COIN, COIN_LIGHT, COIN_DARK, ALERT = "#0d6558", "#d39a2d", "#f1cf83", "#7a5206", "#9c2f22"
ALERT_SOFT, COIN_SOFT, FAINT = "#fae6e2", "#f8edd5", "#f2d3cd"
STAMP_WIDTH_MAX: Final = 520
_FACE: Final = "readex"
_SUBSETS: Final = {"latin": _FACE, "latin-ext": "readex-ext", "arabic": "readex-arabic"}
_WEIGHTS: Final = {"": 400, "B": 600}
Side = Literal["start", "end"]


class Sheet:
    """The pages of one paper. `made_on` stands in the file in place of the clock."""

    def __init__(self, lang: str, title: str, made_on: date) -> None:
        """Begin with one empty page."""
        self.lang, self.rtl = lang, is_rtl(lang)
        self.pdf = FPDF(format="A4", unit="pt")
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.c_margin = 0
        self.pdf.set_creation_date(datetime.combine(made_on, time(), UTC))
        self.pdf.set_title(title)
        self.pdf.set_lang(lang)
        self.pdf.set_producer("Obolo")
        folder = Path(str(files("obolo.giving.papers"))).joinpath("fonts")
        for subset, family in _SUBSETS.items():
            for style, weight in _WEIGHTS.items():
                name = f"readex-pro-{subset}-{weight}-normal.woff2"
                self.pdf.add_font(family, style, folder.joinpath(name))
        self.pdf.set_fallback_fonts([name for name in _SUBSETS.values() if name != _FACE])
        self.pdf.add_page()

    def as_bytes(self) -> bytes:
        """The whole file."""
        return bytes(self.pdf.output())

    def write(
        self,
        text: str,
        *,
        x: int,
        y: int,
        width: int,
        size: int = 10,
        bold: bool = False,
        colour: str = INK,
        side: Side = "start",
    ) -> int:
        """Write lines, each broken where it is too long, from `x`, `y`; returns the y below."""
        align = "R" if self.rtl == (side == "start") else "L"
        self.pdf.set_text_color(color_from_hex_string(colour))
        self.pdf.set_xy(self._left(x, width), y)
        for line in text.splitlines():
            self._take(line, size, bold)
            self.pdf.multi_cell(
                width, _leading(size), line, align=align, new_x="LEFT", new_y="NEXT"
            )
        return int(self.pdf.get_y())

    def height_of(self, text: str, *, width: int, size: int = 10, bold: bool = False) -> int:
        """How high `write` would make them."""
        count = 0
        for line in text.splitlines():
            self._take(line, size, bold)
            broken = self.pdf.multi_cell(width, None, line, dry_run=True, output="LINES")
            assert isinstance(broken, list)
            count += len(broken)
        return count * _leading(size)

    def width_of(self, text: str, *, size: int, bold: bool = False) -> int:
        """How wide a line of text is."""
        self._take(text, size, bold)
        return int(self.pdf.get_string_width(text)) + 2

    def rule(self, y: int) -> None:
        """A thin line from margin to margin."""
        self.pdf.set_draw_color(color_from_hex_string(LINE))
        self.pdf.set_line_width(1)
        self.pdf.line(MARGIN, y, WIDTH - MARGIN, y)

    def foot(self, y: int, start: str, end: str) -> None:
        """A rule and two small words below it, one at each side."""
        self.rule(y - 8)
        half = INNER // 2
        self.write(start, x=MARGIN, y=y, width=half, size=8, colour=SOFT)
        self.write(end, x=MARGIN + half, y=y, width=half, size=8, colour=SOFT, side="end")

    def panel(self, *, y: int, height: int, x: int = MARGIN, colour: str = PAPER) -> None:
        """A coloured ground from `x` to the margin at the end side."""
        width = WIDTH - MARGIN - x
        self.pdf.set_fill_color(color_from_hex_string(colour))
        self.pdf.rect(
            self._left(x, width), y, width, height, style="F", round_corners=True, corner_radius=9
        )

    def coin(self, *, x: int, y: int, size: int) -> None:
        """The coin, its square of `size` beginning at `x`, `y`."""
        left = self._left(x, size)
        self._disc(left, y, size, COIN, COIN_DARK, 1)
        inset = size // 8
        self._disc(left + inset, y + inset, size - 2 * inset, COIN_LIGHT, COIN_DARK, 1)
        hole = size // 3
        self._disc(left + hole, y + hole, size - 2 * hole, COIN_LIGHT, THREAD, max(size // 12, 2))

    def thread(self, *, x: int, top: int, bottom: int) -> None:
        """The thread that hangs from the coin, with a bead at its end."""
        at, swing, length = self._left(x, 0), -6 if self.rtl else 6, bottom - top
        self.pdf.set_draw_color(color_from_hex_string(THREAD))
        self.pdf.set_line_width(2)
        middle = top + length // 2
        self.pdf.bezier(
            [(at, top), (at + swing, top + length // 6), (at - swing, middle - length // 6),
             (at, middle)],
            style="D",
        )  # fmt: skip
        self.pdf.bezier(
            [(at, middle), (at + swing, middle + length // 6), (at, bottom - length // 6),
             (at, bottom)],
            style="D",
        )  # fmt: skip
        self._disc(at - 4, bottom - 4, 8, WHITE, THREAD, 2)

    def stamp(self, text: str) -> None:
        """Large letters across the page, light enough to read what is below."""
        size = 84
        while (width := self.width_of(text, size=size, bold=True)) > STAMP_WIDTH_MAX:
            size -= 4
        # Multiplied, so that what lies below stays as dark as it was.
        faint = {"text_color": color_from_hex_string(FAINT), "blend_mode": "MULTIPLY"}
        middle = (WIDTH // 2, HEIGHT // 2)
        with self.pdf.local_context(**faint), self.pdf.rotation(32, *middle):
            self.pdf.set_xy((WIDTH - width) // 2, HEIGHT // 2 - size // 2)
            self.pdf.cell(width, size, text, align="C")

    def _disc(self, x: int, y: int, size: int, fill: str, edge: str, line: int) -> None:
        self.pdf.set_fill_color(color_from_hex_string(fill))
        self.pdf.set_draw_color(color_from_hex_string(edge))
        self.pdf.set_line_width(line)
        self.pdf.ellipse(x, y, size, size, style="DF")

    def _left(self, x: int, width: int) -> int:
        return WIDTH - x - width if self.rtl else x

    def _take(self, text: str, size: int, bold: bool) -> None:
        # fpdf2 believes the page still has the font it chose last, which a fallback or a turn of
        # the page has changed: forgetting it makes it choose anew.
        self.pdf.font_family = ""
        self.pdf.set_font(_FACE, "B" if bold else "", size)
        self.pdf.set_text_shaping(True, direction=_direction(text))


def _direction(text: str) -> str:
    """By the first letter, as a reader would: an Italian name stays whole on an Arabic sheet."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def _leading(size: int) -> int:
    return size * 29 // 20 + 1
