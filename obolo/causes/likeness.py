"""When two pictures look alike: 64 bits that survive another size, format or quality.

Each bit says whether a spot of the picture, made small and grey, is brighter than its right
neighbour (a difference hash). Pure.
"""

from typing import Final

from PIL import Image

COLUMNS, ROWS = 9, 8
ALIKE_BITS_MAX: Final = 5  # of 64; unrelated photos differ in about half of them
_FEATURELESS_BITS: Final = 6  # a blank wall looks like every other blank wall


def bits(picture: Image.Image) -> int | None:
    """The bits as a signed 64-bit integer; None for a picture without features."""
    small = picture.convert("L").resize((COLUMNS, ROWS), Image.Resampling.BOX)
    grey = small.tobytes()
    found = 0
    for row in range(ROWS):
        for column in range(COLUMNS - 1):
            at = row * COLUMNS + column
            found = found << 1 | (grey[at] > grey[at + 1])
    ones = found.bit_count()
    if min(ones, 64 - ones) < _FEATURELESS_BITS:
        return None
    return found - 2**64 if found >= 2**63 else found


def differing_bits(one: int, other: int) -> int:
    """In how many of their 64 bits two pictures differ."""
    return ((one ^ other) & (2**64 - 1)).bit_count()
