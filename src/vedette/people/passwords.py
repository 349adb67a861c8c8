"""Passwords: which are too weak, and how they are kept and checked."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vedette.errors import WeakPasswordError
from vedette.people.book import alike

SHORTEST = 10
LONGEST_BYTES = 1024
_OFTEN_TRIED = frozenset(
    {"password", "passw0rd", "qwertyuiop", "qwertzuiop", "vedette", "letmein", "iloveyou"}
)
_RUN = "01234567890123456789 abcdefghijklmnopqrstuvwxyz qwertyuiop qwertzuiop asdfghjkl"


def refuse_weak(password: str, name: str) -> None:
    """Nothing, if the password may be taken.

    Length counts, not which kinds of letters (NIST SP 800-63B, 5.1.1.2).

    Raises:
        WeakPasswordError: it is short, the name, or what everybody tries first.
    """
    plain = alike(password)
    bare = plain.strip("0123456789!?.-_ ")
    if len(password) < SHORTEST:
        raise WeakPasswordError(
            f"the password has fewer than {SHORTEST} letters.",
            "Four words that do not belong together do well.",
        )
    if len(password.encode()) > LONGEST_BYTES:
        raise WeakPasswordError("the password is too long.", f"Take at most {LONGEST_BYTES} bytes.")
    if alike(name) in {plain, bare} or plain == alike(name) * (len(plain) // max(1, len(alike(name)))):
        raise WeakPasswordError("the password is the name.", "Take another one.")
    if bare in _OFTEN_TRIED or plain in _RUN or plain in _RUN[::-1] or _is_repeated(plain):
        raise WeakPasswordError("the password is one of those that are tried first.", "Take another one.")


def _is_repeated(text: str) -> bool:
    """One to four letters, again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, 5))


class Passwords:
    """Argon2id (RFC 9106) with OWASP's parameters: 19 MiB, two passes, one lane.

    Each call takes tens of milliseconds of one core and 19 MiB: call it in a thread, one at a time.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

    def kept(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(_composed(password))

    def is_right(self, password: str, kept: str | None) -> bool:
        """Whether it is the password; without one to compare to it takes as long, and is not."""
        against = self._nobodys if kept is None else kept
        try:
            self._hasher.verify(against, _composed(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def prepare(self) -> None:
        """Make what an unknown name is compared to, so that the first such log-in takes no longer."""
        _ = self._nobodys

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(16))


def _composed(password: str) -> bytes:
    """However a keyboard writes its letters (NFKC), no more than can be hashed."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")[: 4 * LONGEST_BYTES]
