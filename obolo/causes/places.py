"""Places, only ever coarsened: to a tenth of a degree, some 11 km.

Pure: reads the place out of a picture's EXIF and forgets the rest of it. No exact place leaves this
module.
"""

import struct
from fractions import Fraction
from typing import Any, Final

from PIL import Image

_GPS: Final = 0x8825  # EXIF 2.32: the directory of the place
_LAT_SIDE, _LAT, _LON_SIDE, _LON = 1, 2, 3, 4
_ODD: Final = (LookupError, ValueError, TypeError, ArithmeticError, AttributeError, SyntaxError,
               OSError, struct.error)  # fmt: skip


def tenths(degrees: Fraction) -> int:
    """Tenths of a degree, rounded to the nearest, halves to even."""
    return round(degrees * 10)


def of_picture(picture: Image.Image) -> tuple[int, int] | None:
    """Latitude and longitude of a photo in tenths of a degree; None when it does not say."""
    try:
        told = picture.getexif().get_ifd(_GPS)
        lat = _degrees(told[_LAT], str(told[_LAT_SIDE]), "S", 90)
        lon = _degrees(told[_LON], str(told[_LON_SIDE]), "W", 180)
    except _ODD:  # a camera, or somebody, may have written anything
        return None
    return (lat, lon) if (lat, lon) != (0, 0) else None  # what cameras write without a fix


def _degrees(parts: Any, side: str, minus: str, limit: int) -> int:
    degrees, minutes, seconds = (Fraction(str(part)) for part in parts)
    found = degrees + minutes * Fraction(1, 60) + seconds * Fraction(1, 3600)
    if not 0 <= found <= limit:
        raise ValueError(found)
    return tenths(-found if side.strip("\x00").upper() == minus else found)
