import threading

import pytest

from parts.happenings import event
from parts.letters import entry
from parts.postgresql_server import PASSWORD
from parts.sentry import eventually
from vedette.errors import StoreError
from vedette.store.events import EventTable
from vedette.store.failures import InUseError
from vedette.store.outbox import OutboxTable
from vedette.store.postgresql import PostgresqlDatabase


def test_what_was_recorded_is_there_after_opening_again(postgresql_url):
    with PostgresqlDatabase(postgresql_url) as database:
        EventTable(database).record(event())
        made_at = database.made_at
    with PostgresqlDatabase(postgresql_url) as database:
        assert EventTable(database).list() == [event()]
        assert database.made_at == made_at
        assert database.check() == ()
        database.prove()


def test_a_second_appliance_does_not_get_the_same_database(postgresql_url):
    with PostgresqlDatabase(postgresql_url), pytest.raises(InUseError, match="in use by another Vedette"):
        PostgresqlDatabase(postgresql_url)
    # A server notices in its own time that a connection has ended.
    eventually(lambda: is_free(postgresql_url), "the database is free again")


def is_free(url):
    try:
        PostgresqlDatabase(url).close()
    except InUseError:
        return False
    return True


def test_a_killed_server_is_said_and_the_next_write_after_its_return_works(own_postgresql):
    with PostgresqlDatabase(own_postgresql.url()) as database:
        table = EventTable(database)
        table.record(event("1"), [entry(event("1"))])
        own_postgresql.kill()
        with pytest.raises(StoreError, match="cannot be used"):
            table.record(event("2"))
        with pytest.raises(StoreError, match="cannot be used"):
            table.list()
        own_postgresql.start()
        table.record(event("2"))
        assert [each.id for each in table.list()] == ["2", "1"]
        assert len(OutboxTable(database).pending("phone", 9)) == 1


def test_a_server_that_restarts_unnoticed_costs_a_reader_nothing(own_postgresql):
    with PostgresqlDatabase(own_postgresql.url()) as database:
        table = EventTable(database)
        assert table.list() == []
        own_postgresql.kill()
        own_postgresql.start()
        assert table.list() == []


def test_who_lost_the_lock_to_another_appliance_writes_nothing(postgresql_url, shared_postgresql):
    with PostgresqlDatabase(postgresql_url) as first:
        name = postgresql_url.rpartition("/")[2]
        shared_postgresql.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND application_name = 'vedette'"
        )
        with PostgresqlDatabase(postgresql_url) as second:
            for _ in range(2):
                with pytest.raises(StoreError):
                    EventTable(first).record(event("1"))
            EventTable(second).record(event("2"))
        EventTable(first).record(event("3"))
        assert [each.id for each in EventTable(first).list()] == ["3", "2"]


def test_a_statement_that_fails_keeps_the_lock_and_says_no_values(postgresql_url):
    with PostgresqlDatabase(postgresql_url) as database:
        with pytest.raises(StoreError, match="cannot be used") as caught:
            EventTable(database).record(event(label="a secret \x00"))
        assert "a secret" not in str(caught.value)
        with pytest.raises(InUseError):
            PostgresqlDatabase(postgresql_url)
        EventTable(database).record(event())


@pytest.mark.parametrize("table", ["events", "outbox", "alembic_version"])
def test_another_programs_tables_are_refused_and_left_as_they_are(postgresql_url, shared_postgresql, table):
    name = postgresql_url.rpartition("/")[2]
    shared_postgresql.sql(f"CREATE TABLE {table} (one INTEGER)", name)
    with pytest.raises(StoreError, match="another program"):
        PostgresqlDatabase(postgresql_url)
    assert shared_postgresql.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == "1"


def test_a_newer_database_is_refused_and_left_as_it_is(postgresql_url, shared_postgresql):
    name = postgresql_url.rpartition("/")[2]
    PostgresqlDatabase(postgresql_url).close()
    shared_postgresql.sql("UPDATE alembic_version SET version_num = '0099'", name)
    with pytest.raises(StoreError, match=r"newer Vedette .schema 99"):
        PostgresqlDatabase(postgresql_url)
    assert shared_postgresql.sql("SELECT version_num FROM alembic_version", name) == "0099"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param("not an address", "not an address", id="no url"),
        pytest.param("mysql://somebody:hidden-pass@host/base", "begins with mysql://", id="other server"),
        pytest.param("postgresql://somebody:hidden-pass@127.0.0.1:1/base", "refused", id="nobody there"),
        pytest.param("postgresql://somebody:hidden-pass@127.0.0.1:1/b?colour=red", "colour", id="option"),
    ],
)
def test_a_server_that_cannot_be_used_is_said_without_the_password(url, sentence):
    with pytest.raises(StoreError, match=sentence) as caught:
        PostgresqlDatabase(url)
    assert "hidden-pass" not in f"{caught.value!r} {caught.value}"


def test_a_wrong_password_is_said_and_not_shown(shared_postgresql):
    with pytest.raises(StoreError, match="authentication failed") as caught:
        PostgresqlDatabase(shared_postgresql.url(password="wrong-pass"))
    assert "wrong-pass" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_threads_share_it(postgresql_url):
    with PostgresqlDatabase(postgresql_url) as database:
        table = EventTable(database)

        def record(number):
            for step in range(5):
                table.record(event(f"{number}{step}"))
                table.list(limit=1)

        threads = [threading.Thread(target=record, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert table.count() == 30
