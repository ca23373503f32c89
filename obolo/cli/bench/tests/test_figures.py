"""Figures are what they say, and look as promised."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.cli.bench.figures import Measured, as_object, as_table, percentile, ratio

FOUND = Measured(
    bench="ingest",
    figures={"ours_64_per_second": 8000, "p99_64_ms": 12.5},
    baselines={"empty_64_per_second": 20_000},
    ratios={"ours_to_empty_64": 0.4},
)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 100))
def test_a_percentile_is_the_smallest_value_that_covers_enough(values, percent):
    ordered = sorted(values)
    found = percentile(ordered, percent)
    enough = math.ceil(len(ordered) * percent / 100)
    assert found in ordered
    assert sum(one <= found for one in ordered) >= enough
    assert sum(one < found for one in ordered) < max(enough, 1)


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 2), (51, 3), (99, 4), (100, 4)])
def test_percentiles_of_four(percent, value):
    assert percentile([1, 2, 3, 4], percent) == value


def test_nothing_measured_is_nought_and_no_error():
    assert percentile([], 99) == 0
    assert ratio(5, 0) == 0


def test_the_object_has_the_promised_parts():
    told = json.loads(as_object(FOUND))
    assert list(told) == ["bench", "machine", "figures", "baselines", "ratios"]
    assert told["figures"]["p99_64_ms"] == 12.5
    assert told["machine"]["cores_count"] >= 1


def test_the_table_names_every_figure():
    table = as_table(FOUND)
    assert ["ours_64_per_second", "8,000"] in [line.split() for line in table.splitlines()]
    assert all(name in table for name in ("p99_64_ms", "empty_64_per_second", "ours_to_empty_64"))
