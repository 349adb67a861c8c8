from __future__ import annotations

import os
import threading
from datetime import UTC, datetime

import pytest

from vedette.errors import PeopleError, StoreError
from vedette.people.book import Book
from vedette.people.changes import with_change, with_first, with_left, with_person
from vedette.people.register import Register, people_file

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return people_file(tmp_path / "storage")


@pytest.fixture
def register(path):
    register = Register(path)
    register.change(lambda book: with_first(book, "Ann", "hash", NOW))
    return register


def test_nothing_is_written_before_something_is_to_be_kept(path):
    assert not Register(path).is_claimed
    assert not path.exists()


def test_what_was_written_is_there_at_the_next_start(register, path):
    assert Register(path).book == register.book
    assert register.is_claimed


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_nobody_else_may_read_the_file(path, mask):
    before = os.umask(mask)
    try:
        Register(path).change(lambda book: book)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_may_read_is_closed_to_them(register, path):
    path.chmod(0o644)
    assert Register(path).book == register.book
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_change_that_cannot_be_changes_nothing(register, path):
    before = path.read_bytes()
    with pytest.raises(PeopleError):
        register.change(lambda book: with_person(book, "Ann", "viewer", "hash", NOW))
    assert path.read_bytes() == before


def test_what_a_command_changes_is_noticed_and_not_overwritten(register, path):
    told = []
    register.subscribe(lambda: told.append(len(register.book.people)))
    Register(path).change(lambda book: with_person(book, "Bert", "viewer", "hash", NOW))
    assert len(register.book.people) == 1
    register.refresh()
    assert told == [2]
    register.refresh()
    assert told == [2]
    Register(path).change(lambda book: with_person(book, "Carl", "viewer", "hash", NOW))
    register.change(lambda book: with_person(book, "Dora", "viewer", "hash", NOW))
    assert [each.name for each in register.book.people] == ["Ann", "Bert", "Carl", "Dora"]


def test_many_at_once_lose_nothing(register, path):
    def add(number):
        Register(path).change(lambda book: with_person(book, f"P{number}", "viewer", "hash", NOW))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Register(path).book.people) == 13


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version": 2}', b'{"secret": "short"}', b'{"people": [{}]}'],
    ids=ascii,
)
def test_a_damaged_file_lets_nobody_in_and_is_not_overwritten(register, path, damage, caplog):
    path.write_bytes(damage)
    found = Register(path)
    assert "damaged" in found.trouble
    assert (found.book.people, found.is_claimed) == ((), True)
    with pytest.raises(StoreError, match="damaged"):
        found.change(lambda book: with_first(book, "Eve", "hash", NOW))
    assert path.read_bytes() == damage
    assert "nobody can log in" in caplog.text


def test_a_file_that_is_damaged_under_way_and_mended(register, path, caplog):
    good = path.read_bytes()
    path.write_bytes(b"{")
    for _ in range(3):
        register.refresh()
    assert register.trouble
    assert caplog.text.count("nobody can log in") == 1
    path.write_bytes(good)
    register.refresh()
    assert register.trouble is None


def test_a_file_that_goes_under_way_gives_the_house_to_nobody(register, path):
    path.unlink()
    register.refresh()
    assert "is gone" in register.trouble
    with pytest.raises(StoreError, match="is gone"):
        register.change(lambda book: with_person(book, "Eve", "admin", "hash", NOW))
    assert not path.exists()


def test_a_file_that_comes_back_is_as_good_as_before(register, path):
    path.rename(path.with_suffix(".away"))
    register.refresh()
    assert register.trouble
    path.with_suffix(".away").rename(path)
    register.refresh()
    assert (register.trouble, len(register.book.people)) == (None, 1)


def test_no_word_about_a_damaged_file_repeats_what_is_in_it(register, path, caplog):
    path.write_bytes(path.read_bytes().replace(b'"role"', b'"rule"'))
    found = Register(path)
    assert register.book.secret not in caplog.text + str(found.trouble)


def test_to_be_let_out_needs_no_disk(register, path, caplog):
    path.write_bytes(b"{")
    register.forget(lambda book: with_left(book, "s", NOW, NOW))
    assert "s" in register.book.left
    assert "until Vedette ends" in caplog.text


def test_a_listener_that_has_left_is_not_told(register):
    told = []
    leave = register.subscribe(lambda: told.append(1))
    leave()
    register.change(lambda book: with_change(book, book.people[0].id, name="Anna"))
    assert told == []


def test_a_folder_that_takes_nothing_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot be (read|written)"):
        Register(people_file(tmp_path / "file" / "storage")).change(lambda _: Book())
