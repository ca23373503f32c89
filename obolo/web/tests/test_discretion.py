"""The logs hold no key to a donor's page."""

import logging

import pytest

from obolo.web.discretion import Discretion


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/t/demo/AbC-123_x", "/t/demo/…"),
        ("/t/demo/AbC-123_x/part", "/t/demo/…/part"),
        ("/p/acqua-viva/zzz", "/p/acqua-viva/…"),
        ("/console/demo/", "/console/demo/"),
    ],
)
def test_the_secret_of_an_address_is_taken_out(path, shown):
    record = logging.LogRecord("x", 40, "f", 1, "Internal Server Error: %s", (path,), None)
    assert Discretion().filter(record)
    assert record.getMessage() == f"Internal Server Error: {shown}"
