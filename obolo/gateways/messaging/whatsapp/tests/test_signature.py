import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obolo.gateways.messaging.whatsapp.signature import is_authentic, sign

SECRET = "app-secret"
BODY = b'{"text":"\\u00e8"}'
GOOD = sign(SECRET, BODY).encode()
NAME = b"x-hub-signature-256"


def test_a_good_signature_is_authentic_with_any_of_the_secrets():
    assert is_authentic(["older", SECRET], BODY, [(b"host", b"x"), (NAME, GOOD)])


def test_the_published_form():
    # RFC 4231 test case 2, as a header.
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign("Jefe", b"what do ya want for nothing?") == f"sha256={expected}"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(NAME, GOOD), (NAME, GOOD)],
        [(NAME, GOOD), (b"X-Hub-Signature-256", GOOD)],
        [(NAME, b"sha256=" + GOOD[7:].upper())],
        [(NAME, b"SHA256=" + GOOD[7:])],
        [(NAME, b"sha1=" + GOOD[7:47])],
        [(NAME, GOOD[7:])],
        [(NAME, GOOD + b"\n")],
        [(NAME, b" " + GOOD)],
        [(NAME, GOOD[:-1] + "è".encode())],
        [(NAME, b"sha256=" + b"\xff" * 64)],
        [(NAME, b"")],
        [(b"x-hub-signature", GOOD)],
        [(NAME, sign("other", BODY).encode())],
    ],
)
def test_anything_else_is_refused(headers):
    assert not is_authentic([SECRET], BODY, headers)


def test_without_a_secret_nothing_is_authentic():
    assert not is_authentic([], BODY, [(NAME, GOOD)])
    assert not is_authentic([""], b"", [(NAME, b"sha256=" + b"0" * 64)])
    with pytest.raises(ValueError, match="empty secret"):
        sign("", BODY)


def test_a_reencoded_body_is_refused():
    assert not is_authentic([SECRET], '{"text":"è"}'.encode(), [(NAME, GOOD)])


@settings(deadline=None)  # two cores are shared; speed is not the question here
@given(st.binary(max_size=80))
def test_no_other_bytes_pass_or_raise(header):
    assert is_authentic([SECRET, "\ud800"], BODY, [(NAME, header)]) is (header == GOOD)
