"""Ids sort by time and do not repeat; secrets are long."""

import re
import time

from obolo.kit.ids import TOKEN_BYTES, new_id, new_token, token_hash


def test_ids_are_version_7_of_rfc_9562():
    made = new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert abs((made.int >> 80) - time.time_ns() // 1_000_000) < 5_000


def test_later_ids_sort_after_earlier_ones():
    earlier = [new_id() for _ in range(50)]
    time.sleep(0.002)
    later = [new_id() for _ in range(50)]
    assert max(earlier) < min(later)
    assert len({*earlier, *later}) == 100


def test_a_token_is_256_bits_for_a_url():
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert TOKEN_BYTES * 8 >= 128
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_a_hash_tells_tokens_apart_and_takes_any_text():
    assert len(token_hash("a")) == 32
    assert token_hash("a") != token_hash("b")
    assert token_hash("\ud800") != token_hash("?")
