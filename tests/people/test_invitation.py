from __future__ import annotations

from vedette.people.attempts import Attempts, source
from vedette.people.book import Book
from vedette.people.invitation import LASTS_SECONDS, Invitation
from vedette.people.tokens import PREFIX, digest, key_of_this_machine, new_token


def test_a_code_is_good_for_an_hour_and_once():
    now = [0.0]
    invitation = Invitation(lambda: now[0])
    assert not invitation.is_good("")
    code = invitation.issue()
    assert invitation.is_good(code)
    for wrong in (code[:-1], code + "x", "", "\udc80"):
        assert not invitation.is_good(wrong)
    now[0] = LASTS_SECONDS + 1
    assert not invitation.is_good(code)
    now[0] = 0.0
    invitation.use()
    assert not invitation.is_good(code)


def test_a_newer_code_replaces_the_older():
    invitation = Invitation()
    first, second = invitation.issue(), invitation.issue()
    assert [invitation.is_good(each) for each in (first, second)] == [False, True]
    assert second not in repr(vars(invitation))


def test_too_many_wrong_attempts_are_not_heard_for_a_while():
    now = [0.0]
    attempts = Attempts(3, 60.0, lambda: now[0])
    for _ in range(3):
        assert attempts.seconds_to_wait("a") == 0
        attempts.note_wrong("a")
    assert attempts.seconds_to_wait("a") == 60
    assert attempts.seconds_to_wait("b") == 0
    now[0] = 61.0
    assert attempts.seconds_to_wait("a") == 0


def test_who_is_right_begins_anew():
    attempts = Attempts(2, 60.0)
    attempts.note_wrong("a")
    attempts.note_right("a")
    attempts.note_wrong("a")
    assert attempts.seconds_to_wait("a") == 0


def test_many_who_guess_take_no_more_memory():
    attempts = Attempts(2, 60.0)
    for number in range(5000):
        attempts.note_wrong(f"{number}")
    assert len(attempts) <= 1024


def test_a_household_is_one_source():
    assert source("2001:db8:0:7::1") == source("2001:db8:0:7:ffff::2") != source("2001:db8:0:8::1")
    assert source("10.0.0.1") != source("10.0.0.2")
    assert source("unix") == "unix"


def test_a_token_cannot_be_guessed_and_is_not_kept():
    one, other = new_token(), new_token()
    assert one.startswith(PREFIX)
    assert len(one) >= 47
    assert len({one, other, digest(one), digest(other)}) == 4


def test_the_key_of_this_machine_is_its_own():
    book = Book()
    assert key_of_this_machine(book) == key_of_this_machine(book) != key_of_this_machine(Book())
    assert book.secret not in key_of_this_machine(book)
