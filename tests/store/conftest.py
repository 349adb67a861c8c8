"""The two kinds of databases that a store has: what holds for one holds for the other."""

import tempfile
from itertools import count
from pathlib import Path

import pytest

from parts.postgresql_server import postgresql_server
from vedette.store.database import Database
from vedette.store.postgresql import PostgresqlDatabase

_numbers = count()


@pytest.fixture(scope="session")
def shared_postgresql():
    """One server for the tests that leave it running. pytest's own folders are closed to its user."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with postgresql_server(Path(folder) / "server") as server:
            yield server


@pytest.fixture
def postgresql_url(shared_postgresql):
    """A database of its own on the shared server."""
    name = f"events_{next(_numbers)}"
    shared_postgresql.sql(f"CREATE DATABASE {name}")
    return shared_postgresql.url(name)


@pytest.fixture
def own_postgresql():
    """A server that the test may kill."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with postgresql_server(Path(folder) / "server") as server:
            yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """Either kind, empty."""
    if request.param == "sqlite":
        opened = Database(tmp_path / "events.sqlite")
    else:
        opened = PostgresqlDatabase(request.getfixturevalue("postgresql_url"))
    with opened:
        yield opened
