"""Funds of the tests."""

from contextlib import contextmanager

import pytest

from obolo.ledger import prepared
from obolo.ledger.actions import open_fund


@pytest.fixture
def well(charity):
    """The fund of a well, in EUR."""
    return open_fund(name="Pozzo", currency="EUR")


@pytest.fixture
def other_fund(charity):
    """The fund of a school, in EUR."""
    return open_fund(name="Scuola", currency="EUR")


@pytest.fixture
def reading(monkeypatch):
    """Notes the prepared statements that run inside `with reading() as statements:`."""

    @contextmanager
    def noting():
        statements: list[str] = []
        rows = prepared.rows

        def noted(statement, values):
            statements.append(statement)
            return rows(statement, values)

        with monkeypatch.context() as patch:
            patch.setattr(prepared, "rows", noted)
            yield statements

    return noting
