import pytest

from parts.happenings import event
from vedette.errors import StoreError
from vedette.store.database import Database
from vedette.store.event_filter import EventFilter
from vedette.store.events import EventTable
from vedette.store.postgresql import PostgresqlDatabase
from vedette.store.records import ReadableDatabase, Records, copy_file
from vedette.store.store import BESIDE_NAME, DATABASE_NAME


def test_a_servers_events_are_read_while_they_are_recorded(tmp_path, postgresql_url):
    with PostgresqlDatabase(postgresql_url) as database:
        EventTable(database).record(event("1"))
        with Records(tmp_path, postgresql_url) as records:
            EventTable(database).record(event("2"))
            assert [each.id for each in records.every()] == ["2", "1"]
            assert records.get("1") == event("1")
            assert records.notices == []


def test_a_server_without_tables_is_said_and_gets_none(tmp_path, postgresql_url, shared_postgresql):
    with pytest.raises(StoreError, match="there is no database at"):
        Records(tmp_path, postgresql_url)
    name = postgresql_url.rpartition("/")[2]
    assert shared_postgresql.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == "0"


def test_a_server_that_does_not_answer_hides_nothing_of_what_is_beside(tmp_path):
    with Database(tmp_path / BESIDE_NAME) as beside:
        EventTable(beside).record(event("1"))
    with Records(tmp_path, "postgresql://somebody:hidden-pass@127.0.0.1:1/base") as records:
        assert [each.id for each in records.list(EventFilter(), 5)] == ["1"]
        assert "Connection refused" in " ".join(records.notices)
        assert "hidden-pass" not in " ".join(records.notices)


def test_who_reads_cannot_write(tmp_path, postgresql_url):
    Database(tmp_path / DATABASE_NAME).close()
    PostgresqlDatabase(postgresql_url).close()
    for database in (
        ReadableDatabase.file(tmp_path / DATABASE_NAME),
        ReadableDatabase.server(postgresql_url),
    ):
        with pytest.raises(StoreError, match="was opened to read"):
            EventTable(database).record(event())
        with pytest.raises(StoreError, match=r"read-?only"), database.reading() as connection:
            connection.exec_driver_sql("DELETE FROM events")
        database.close()


def test_a_list_is_limited_over_both_databases(tmp_path):
    for name, numbers in ((DATABASE_NAME, (1, 3)), (BESIDE_NAME, (2, 3, 4))):
        with Database(tmp_path / name) as database:
            for number in numbers:
                EventTable(database).record(event(f"{number}"))
    with Records(tmp_path) as records:
        assert [each.id for each in records.list(EventFilter(), 3)] == ["4", "3", "2"]


def test_a_file_is_copied_whole(tmp_path):
    with Database(tmp_path / DATABASE_NAME) as database:
        EventTable(database).record(event("1"))
        copy_file(tmp_path / DATABASE_NAME, tmp_path / "copy")
    assert not list(tmp_path.glob("copy-*"))
    with Database(tmp_path / "copy") as copy:
        assert EventTable(copy).get("1") == event("1")
