from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vedette.errors import PeopleError
from vedette.people.book import Book, Token
from vedette.people.changes import (
    new_id,
    with_change,
    with_first,
    with_left,
    with_person,
    with_token,
    with_uses,
    without_person,
    without_token,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def book():
    return with_person(with_first(Book(), "Ann", "hash a", NOW), "Bert", "viewer", "hash b", NOW)


def token(book, owner="Ann", name="door"):
    return Token(
        id=new_id(), name=name, scopes=("view",), digest=name, owner=book.named(owner).id, created_at=NOW
    )


def test_the_first_one_is_an_admin_and_there_is_one_first_one(book):
    assert [(each.name, each.role) for each in book.people] == [("Ann", "admin"), ("Bert", "viewer")]
    with pytest.raises(PeopleError, match="already"):
        with_first(book, "Eve", "hash", NOW)


@pytest.mark.parametrize("name", ["ann", "ANN", " Ann ", "\uff21nn"])
def test_two_names_that_look_alike_are_one(book, name):
    with pytest.raises(PeopleError, match="called 'Ann' already"):
        with_person(book, name, "viewer", "hash", NOW)


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "a\x00b", "a\u202eb"], ids=ascii)
def test_a_name_can_be_read(book, name):
    with pytest.raises(PeopleError, match="1 to 64 letters"):
        with_person(book, name, "viewer", "hash", NOW)


def test_a_new_password_or_role_ends_what_was_let_in_by_the_old_one(book):
    book = with_token(with_token(book, token(book, "Bert", "his")), token(book, "Ann", "hers"))
    bert = book.named("Bert")
    for change in ({"password": "hash c"}, {"role": "admin"}):
        changed = with_change(book, bert.id, **change)
        assert changed.named("Bert").epoch == bert.epoch + 1
        assert [each.name for each in changed.tokens] == ["hers"]


def test_a_new_name_ends_nothing(book):
    book = with_token(book, token(book))
    changed = with_change(book, book.named("Ann").id, name="Anna", role="admin")
    assert (changed.named("anna").epoch, len(changed.tokens)) == (0, 1)
    assert with_change(changed, changed.named("Anna").id, name="ANNA").named("Anna").name == "ANNA"


def test_the_last_admin_stays_one(book):
    ann, bert = book.people
    with pytest.raises(PeopleError, match="last admin"):
        with_change(book, ann.id, role="viewer")
    with pytest.raises(PeopleError, match="last admin"):
        without_person(book, ann.id)
    two = with_change(book, bert.id, role="admin")
    assert [each.name for each in without_person(two, ann.id).people] == ["Bert"]


def test_who_goes_takes_their_tokens_along(book):
    book = with_token(with_token(book, token(book, "Bert", "his")), token(book, "Ann", "hers"))
    left = without_person(book, book.named("Bert").id)
    assert ([each.name for each in left.people], [each.name for each in left.tokens]) == (["Ann"], ["hers"])


def test_a_token_has_a_name_of_its_own_and_can_be_revoked(book):
    made = with_token(book, token(book))
    with pytest.raises(PeopleError, match="already"):
        with_token(made, token(book))
    assert without_token(made, made.tokens[0].id) == book
    with pytest.raises(PeopleError, match="no such token"):
        without_token(book, "x")


def test_the_last_day_of_use_is_kept(book):
    made = with_token(book, token(book))
    used = with_uses(made, {made.tokens[0].id: NOW, "gone": NOW})
    assert used.tokens[0].last_used_on == NOW.date()


def test_sessions_that_were_left_are_remembered_until_they_would_have_ended(book):
    book = with_left(book, "one", NOW + timedelta(days=1), NOW)
    assert set(with_left(book, "two", NOW + timedelta(days=9), NOW).left) == {"one", "two"}
    assert set(with_left(book, "two", NOW + timedelta(days=9), NOW + timedelta(days=2)).left) == {"two"}


def test_what_is_remembered_does_not_grow_for_ever(book):
    book = book.model_copy(update={"left": {f"{n}": NOW + timedelta(days=1, seconds=n) for n in range(1000)}})
    more = with_left(book, "last", NOW + timedelta(days=30), NOW)
    assert len(more.left) == 1000
    assert "last" in more.left
    assert "0" not in more.left


def test_there_are_limits(book):
    many = book
    for number in range(98):
        many = with_person(many, f"P{number}", "viewer", "hash", NOW)
    with pytest.raises(PeopleError, match="100 people"):
        with_person(many, "one more", "viewer", "hash", NOW)


@pytest.mark.parametrize(
    "change", [lambda book: with_change(book, "x"), lambda book: without_person(book, "x")]
)
def test_who_is_not_there_cannot_be_changed(book, change):
    with pytest.raises(PeopleError, match="no such person"):
        change(book)
