import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obolo.gateways.messaging.whatsapp.errors import Unreadable
from obolo.gateways.messaging.whatsapp.inbound import read_notice

HEAD = b'{"object":"whatsapp_business_account","entry":['
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"{", "not JSON"),
        (b"null", "null"),
        (b"[]", "a list"),
        (b'"x"', "text"),
        (b"7", "a number"),
        (b"true", "true or false"),
        (b"{}", "object is null"),
        (b'{"object":"instagram","entry":[{}]}', "'instagram'"),
        (b'{"object":"page","entry":[{}]}', "'page'"),
        (b'{"object":7}', "a number"),
        (b'{"object":"whatsapp_business_account"}', "no list of entries"),
        (HEAD + b"]}", "no list of entries"),
        (b'{"object":"whatsapp_business_account","entry":{}}', "no list of entries"),
        (HEAD + b'"\xff"]}', "not UTF-8"),
        (HEAD + b'"\xed\xa0\x80"]}', "not UTF-8"),
        ('{"object":"x"}'.encode("utf-16"), "not UTF-8"),
        ('{"object":"x"}'.encode("utf-16-le"), "not JSON"),
        (HEAD + b'{"id":1,"id":2}]}', "same key twice"),
        (HEAD + b"NaN]}", "NaN"),
        (HEAD + b"-Infinity]}", "-Infinity"),
        (HEAD + b"1e400]}", "too large"),
        (HEAD + b"1" * 5000 + b"]}", "5000 digits"),
        (HEAD + b"] ]", "not JSON"),
    ],
)
def test_bodies_that_are_no_notice(body, reason):
    with pytest.raises(Unreadable) as caught:
        read_notice(body)
    assert reason in caught.value.reason


@pytest.mark.parametrize("levels", [100, 5_000, 10_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_nesting(levels, opening, closing):
    for body in (opening * levels, opening * levels + b"1" + closing * levels):
        with pytest.raises(Unreadable):
            read_notice(HEAD + body + b"]}")
    with pytest.raises(Unreadable, match="nested too deeply"):
        read_notice(HEAD + opening * levels + b"1" + closing * levels + b"]}")


def test_a_byte_order_mark_is_accepted():
    assert read_notice(b"\xef\xbb\xbf" + HEAD + b"{}]}").unknown == 1


@settings(deadline=None)  # two cores are shared; speed is not the question here
@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise_anything_else(body):
    with pytest.raises(Unreadable):
        read_notice(body)


@settings(deadline=None)  # two cores are shared; speed is not the question here
@given(ANY_JSON)
def test_arbitrary_json_never_raises_anything_else(value):
    body = json.dumps({"object": "whatsapp_business_account", "entry": value}).encode()
    with contextlib.suppress(Unreadable):
        assert read_notice(body).facts
