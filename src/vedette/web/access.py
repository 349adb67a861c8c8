"""What the service knows of who may ask: people and tokens, the one-time link, wrong attempts."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from pydantic import SecretStr

from vedette.people.attempts import Attempts
from vedette.people.book import Book
from vedette.people.invitation import Invitation
from vedette.people.passwords import Passwords
from vedette.people.register import Register
from vedette.people.visitor import Visitor
from vedette.web.refusal import HANG_UP, RETRY, Refusal

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="vedette"', **HANG_UP}
"""With 401: no browser asks for a password of its own because of it."""

_FROM_AN_ADDRESS = 10
_FOR_A_NAME = 30
_NOT_HEARD_SECONDS = 60.0
_HOMES = 256


def _in_utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Access:
    """Who may ask. Without a register and without a token it is whoever reaches the service.

    `token` is the configuration's, good for everything. `now` is in UTC.
    """

    token: SecretStr | None = None
    register: Register | None = None
    invitation: Invitation = field(default_factory=Invitation)
    passwords: Passwords = field(default_factory=Passwords)
    now: Callable[[], datetime] = _in_utc
    monotonic: Callable[[], float] = time.monotonic

    @property
    def is_open(self) -> bool:
        """Nobody is asked who they are."""
        return self.token is None and self.register is None

    @property
    def people(self) -> Register:
        """The register.

        Raises:
            Refusal: 409, nobody logs in here.
        """
        if self.register is None:
            raise Refusal(
                409,
                "nobody logs in here: whoever reaches the service may ask.",
                "Set service.access to people.",
            )
        return self.register

    def change(self, by: Visitor, change: Callable[[Book], Book]) -> Book:
        """Change who there is, if `by` is still who they were: what waits for its turn may wait too long.

        Raises:
            Refusal: 401, they are not.
            PeopleError, StoreError: see `Register.change`.
        """

        def checked(book: Book) -> Book:
            if not by.is_still(book, self.now().timestamp()):
                raise Refusal(401, "you were logged out meanwhile.", "Log in again.", CHALLENGE)
            return change(book)

        return self.people.change(checked)

    def refuse_unready(self) -> None:
        """Nothing, if somebody could log in.

        Raises:
            Refusal: 401, nobody has a password yet; 503, the file of people is damaged.
        """
        if self.register is None:
            return
        if self.register.trouble:
            raise Refusal(
                503, f"nobody can be let in: {self.register.trouble}", "Vedette's log says what to do.", RETRY
            )
        if not self.register.is_claimed:
            raise Refusal(
                401,
                "nobody has a password here yet.",
                "Open the link that Vedette wrote on its terminal, or in its log, when it started. "
                "It is good for an hour; then restart Vedette, or run `vedette people add NAME --admin`.",
                CHALLENGE,
            )

    @cached_property
    def wrong(self) -> WrongAttempts:
        """Who was wrong, and how often."""
        return WrongAttempts(self.monotonic)


class WrongAttempts:
    """Wrong passwords, codes and tokens, by the address that they came from and by the name they were for."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.addresses = Attempts(_FROM_AN_ADDRESS, _NOT_HEARD_SECONDS, monotonic)
        self.names = Attempts(_FOR_A_NAME, _NOT_HEARD_SECONDS, monotonic)
        self._homes: OrderedDict[tuple[str, str], None] = OrderedDict()

    def refuse_guessers(self, address: str, what: str, name: str = "") -> None:
        """Nothing, if they may try again.

        Raises:
            Refusal: 429, there were too many wrong ones.
        """
        seconds = self.addresses.seconds_to_wait(address)
        # Who guesses a name from many addresses shall not keep its owner out where they always log in.
        if (address, name) not in self._homes:
            seconds = max(seconds, self.names.seconds_to_wait(name))
        if seconds > 0:
            raise Refusal(
                429,
                f"there were too many wrong {what}.",
                "Wait a minute.",
                {"Retry-After": str(int(seconds) + 1), **HANG_UP},
            )

    def note(self, address: str, name: str = "") -> None:
        """A wrong one, or one that is still to be looked at: who asks many times at once is counted, too."""
        self.addresses.note_wrong(address)
        if name:
            self.names.note_wrong(name)

    def forgive(self, address: str, name: str) -> None:
        """It was right. What the address got wrong for others' names stays."""
        self.addresses.take_back(address)
        self.names.note_right(name)
        self._homes[address, name] = None
        if len(self._homes) > _HOMES:
            self._homes.popitem(last=False)
