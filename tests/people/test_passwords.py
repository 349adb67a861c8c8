from __future__ import annotations

import pytest
from argon2 import extract_parameters

from vedette.errors import WeakPasswordError
from vedette.people.passwords import Passwords, refuse_weak


@pytest.mark.parametrize(
    "password",
    ["four words that differ", "correct-horse", "größenwahn!", "密码密码很长很长的密码吗", "x" * 1000 + "yz"],
)
def test_a_long_password_of_any_letters_will_do(password):
    refuse_weak(password, "ann")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "ninechars",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcdabcdabcd",
        "1234567890",
        "0987654321",
        "qwertyuiop",
        "password123",
        "Password!!!",
        "annabel-lee",
        "Annabel-Lee2026",
        "annabel-leeannabel-lee",
        "é" * 600,
    ],
)
def test_what_is_tried_first_will_not_do(password):
    with pytest.raises(WeakPasswordError) as refused:
        refuse_weak(password, "Annabel-Lee")
    assert refused.value.remedy
    assert not password or password not in str(refused.value)


def test_they_are_kept_as_argon2id_with_the_parameters_of_owasp():
    passwords = Passwords()
    kept = passwords.kept("an old oak")
    parameters = extract_parameters(kept)
    assert kept.startswith("$argon2id$")
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19456, 2, 1)
    assert passwords.kept("an old oak") != kept
    assert passwords.is_right("an old oak", kept)
    assert not passwords.is_right("an old oak ", kept)
    assert not passwords.is_right("", kept)


def test_a_password_is_the_same_on_every_keyboard():
    passwords = Passwords()
    assert passwords.is_right("u\u0308ber den Wolken", passwords.kept("\u00fcber den Wolken"))


def test_without_anybody_it_is_compared_all_the_same():
    compared = []

    class Noting:
        def hash(self, password):
            return "nobody's"

        def verify(self, kept, password):
            compared.append(kept)
            return True

    assert not Passwords(Noting()).is_right("whatever it is", None)
    assert compared == ["nobody's"]


def test_a_damaged_hash_lets_nobody_in():
    assert not Passwords().is_right("an old oak", "not a hash")
