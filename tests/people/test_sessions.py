from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vedette.people.book import Book
from vedette.people.changes import with_change, with_first, with_left, with_person, without_person
from vedette.people.sessions import LASTS, begun, is_proof, proof, visitor_of

AT = datetime(2026, 5, 1, tzinfo=UTC)
NOW = AT.timestamp()


@pytest.fixture
def book():
    return with_person(with_first(Book(), "Ann", "hash", AT), "Bert", "viewer", "hash", AT)


@pytest.fixture
def sent(book):
    return begun(book, book.named("Bert"), NOW)


def test_a_session_says_who_one_is(book, sent):
    visitor = visitor_of(book, sent, NOW)
    assert (visitor.name, visitor.scopes) == ("Bert", {"view"})


def test_it_lasts_for_thirty_days(book, sent):
    month = LASTS.total_seconds()
    assert visitor_of(book, sent, NOW + month - 1)
    assert visitor_of(book, sent, NOW + month + 1) is None


def test_what_was_altered_or_made_up_is_no_session(book, sent):
    wrong = [
        sent[:-1],
        sent[:-1] + ("A" if sent[-1] != "A" else "B"),
        "A" + sent,
        "",
        ".",
        "a.b",
        "x" * 10_000,
        "\udc80",
    ]
    wrong += [begun(Book(), book.named("Bert"), NOW)]
    assert [each for each in wrong if visitor_of(book, each, NOW)] == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"password": "another hash"}, id="password"),
        pytest.param({"role": "admin"}, id="role"),
    ],
)
def test_it_ends_with_the_password_and_with_the_role(book, sent, change):
    assert visitor_of(with_change(book, book.named("Bert").id, **change), sent, NOW) is None


def test_it_ends_with_the_person_even_if_one_of_that_name_comes_back(book, sent):
    gone = without_person(book, book.named("Bert").id)
    assert visitor_of(gone, sent, NOW) is None
    assert visitor_of(with_person(gone, "Bert", "viewer", "hash", AT), sent, NOW) is None


def test_one_that_was_left_is_none_and_the_others_go_on(book, sent):
    other = begun(book, book.named("Bert"), NOW)
    left = with_left(book, visitor_of(book, sent, NOW).session, AT + LASTS, AT)
    assert visitor_of(left, sent, NOW) is None
    assert visitor_of(left, other, NOW)


def test_the_proof_of_one_session_is_not_anothers(book, sent):
    one, other = visitor_of(book, sent, NOW), visitor_of(book, begun(book, book.named("Bert"), NOW), NOW)
    assert is_proof(book, one, proof(book, one))
    for wrong in (proof(book, other), "", "\udcff", proof(Book(), one)):
        assert not is_proof(book, one, wrong)


def test_neither_secret_nor_hash_is_in_a_repr(book):
    assert book.secret not in repr(book)
    assert "hash" not in repr(book.people)
