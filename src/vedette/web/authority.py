"""The one place that decides who may do what, by the table of `permissions.py`."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from vedette.people.attempts import source
from vedette.people.book import SCOPES, Book
from vedette.people.sessions import is_proof, visitor_of
from vedette.people.tokens import digest, key_of_this_machine
from vedette.people.visitor import EVERYBODY, NOBODY, Visitor
from vedette.web.access import CHALLENGE, Access
from vedette.web.permissions import READING, Need, need_of
from vedette.web.refusal import HANG_UP, Refusal

_END_SECONDS = 30.0
"""How late an open stream may notice that its session has come to its end by age."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is decided on, before anything of a body is read.

    `method` is `SOCKET` for a WebSocket. `address` is the other side's, `authorizations` are the header's
    values, `session` the cookie's and `proof` that of `X-CSRF-Token`; empty if they are not there.
    `is_from_here`: a program on this machine asks, no browser.
    """

    method: str
    path: str
    address: str
    authorizations: Sequence[str] = ()
    session: str = ""
    proof: str = ""
    is_from_here: bool = False


class Authority:
    """Decides on every request and every socket; `page` are the addresses of the page's own files.

    An address that shows a wrong token ten times in a minute is not heard for a minute.
    """

    def __init__(self, access: Access, page: Collection[str] = ()) -> None:
        self._access = access
        self._page = frozenset(page)
        # Hashed, so that the comparison takes the same time for every length and beginning.
        self._token = None if access.token is None else _hashed(access.token.get_secret_value())
        self.note_use: Callable[[str], None] = lambda _: None

    @property
    def asks_who(self) -> bool:
        """Who asks must say who they are."""
        return not self._access.is_open

    def admit(self, asked: Asked) -> Visitor:
        """Who it is, if they may do it.

        Raises:
            Refusal: 401, it is not known who asks; 403, they may not; 429, too many wrong tokens from
                there; 503, the file of people is damaged.
        """
        if self._access.is_open:
            return EVERYBODY
        need = self._need(asked)
        if need.gate == "anybody":
            # A token is not even looked at: nobody shall find out here, uncounted, whether it is right.
            return self._logged_in(asked) or NOBODY
        if need.gate == "here" and asked.is_from_here and not asked.authorizations:
            return NOBODY
        visitor = self._visitor(asked)
        _refuse_unfit(visitor, need)
        if visitor.session and asked.method not in READING:
            self._refuse_foreign_change(visitor, asked.proof)
        if visitor.token:
            self.note_use(visitor.token)
        return visitor

    def is_still(self, visitor: Visitor) -> bool:
        """Whether the visitor is today who they were when they were let in."""
        if self._access.register is None or not (visitor.session or visitor.token):
            return True
        book = self._book()
        return book is not None and visitor.is_still(book, self._seconds())

    async def refused(self, visitor: Visitor) -> None:
        """Returns when the visitor is none any more: session left, password changed, token revoked."""
        register = self._access.register
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        if register is None or not (visitor.session or visitor.token):
            await woken.wait()
            return

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended, and the streams with it
                loop.call_soon_threadsafe(woken.set)

        leave = register.subscribe(wake)
        try:
            while self.is_still(visitor):
                woken.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_END_SECONDS):
                        await woken.wait()
        finally:
            leave()

    def _need(self, asked: Asked) -> Need:
        if asked.method in {"GET", "HEAD"} and asked.path in self._page:
            return Need("anybody")
        return need_of(asked.method, asked.path)

    def _visitor(self, asked: Asked) -> Visitor:
        if asked.authorizations:
            return self._program(asked)
        visitor = self._logged_in(asked)
        if visitor is None:
            raise self._unknown()
        return visitor

    def _logged_in(self, asked: Asked) -> Visitor | None:
        book = self._book()
        return visitor_of(book, asked.session, self._seconds()) if book and asked.session else None

    def _program(self, asked: Asked) -> Visitor:
        """Who shows that token.

        Raises:
            Refusal: 401, nobody's; 429, too many wrong ones from there.
        """
        scheme, _, shown = asked.authorizations[0].partition(" ")
        if len(asked.authorizations) == 1 and scheme.lower() == "bearer":
            visitor = self._shows(shown.strip(), asked)
            if visitor is not None:
                return visitor
        # Only now: behind a proxy everybody has one address, and the owner must not be locked out.
        address = source(asked.address)
        self._access.wrong.refuse_guessers(address, "tokens from this address")
        self._access.wrong.note(address)
        remedy = "It is `service.token` of the configuration" + (
            ", or one of those under People." if self._access.register else "."
        )
        raise Refusal(401, "the token is wrong.", remedy, CHALLENGE)

    def _shows(self, token: str, asked: Asked) -> Visitor | None:
        if self._token is not None and hmac.compare_digest(_hashed(token), self._token):
            return Visitor("service.token", SCOPES["admin"])
        book = self._book()
        if book is None:
            return None
        known = book.token(digest(token))
        if known is not None:
            return Visitor(known.name, frozenset(known.scopes), token=known.id)
        is_ours = hmac.compare_digest(_hashed(token), _hashed(key_of_this_machine(book)))
        return Visitor("a command", SCOPES["viewer"]) if is_ours and asked.is_from_here else None

    def _book(self) -> Book | None:
        """The book; nothing if nobody logs in here, or if it is damaged: then nobody is let in by it."""
        register = self._access.register
        return None if register is None or register.trouble else register.book

    def _unknown(self) -> Refusal:
        self._access.refuse_unready()
        if self._access.register is None:
            return Refusal(
                401, "this service asks for a token.", "Send it: `Authorization: Bearer TOKEN`.", CHALLENGE
            )
        return Refusal(
            401,
            "you are not logged in.",
            "Log in; a program shows a token: `Authorization: Bearer TOKEN`.",
            CHALLENGE,
        )

    def _refuse_foreign_change(self, visitor: Visitor, shown: str) -> None:
        book = self._book()
        if book is None or not is_proof(book, visitor, shown):
            raise Refusal(
                403,
                "it is not certain that this change comes from the page.",
                "Load the page again.",
                HANG_UP,
            )

    def _seconds(self) -> float:
        return self._access.now().timestamp()


def _refuse_unfit(visitor: Visitor, need: Need) -> None:
    if need.gate == "oneself":
        if not visitor.session:
            raise Refusal(403, "this is for people who have logged in.", "Log in with a name.", HANG_UP)
        return
    if visitor.may(need.scopes):
        return
    if visitor.session:
        raise Refusal(403, "you may look here, but not do this.", "Ask somebody who is an admin.", HANG_UP)
    raise Refusal(
        403,
        f"this token may not do this: it is good for {', '.join(sorted(visitor.scopes))}.",
        f"It takes {' or '.join(sorted(need.scopes | {'admin'}))}.",
        HANG_UP,
    )


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
