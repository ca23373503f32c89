"""A photo and an invoice to hand in. Owns their making; needs nothing of the product."""

import io

from PIL import Image


def photo(colour: str = "#cfe3df") -> tuple[str, bytes, str]:
    """A small picture, as a file of a form."""
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, "PNG")
    return "pozzo.png", out.getvalue(), "image/png"


def invoice() -> tuple[str, bytes, str]:
    """A paper of one empty page, as a file of a form."""
    content = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )
    return "fattura.pdf", content, "application/pdf"
