"""The one place that decides who may do what: today, whoever shows the token may do everything."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from pydantic import SecretStr

from vedette.web.refusal import HANG_UP, Refusal

_WRONG_TOKENS = 10
_WRONG_SECONDS = 60.0
_ADDRESSES = 1024
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="vedette"', **HANG_UP}
_FOR_ALL = frozenset({("GET", "/healthz"), ("HEAD", "/healthz")})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is decided on. `authorizations` are the header's values, `address` the other side's."""

    method: str
    path: str
    address: str
    authorizations: Sequence[str]


class Authority:
    """Decides on every request before anything of it is read.

    Without a token everybody who reaches the service may do everything: it listens to this machine only.
    An address that shows a wrong token ten times in a minute is not heard for a minute.
    """

    def __init__(self, token: SecretStr | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        # Hashed, so that the comparison takes the same time for every length and beginning.
        self._digest = None if token is None else _digest(token.get_secret_value())
        self._monotonic = monotonic
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def has_token(self) -> bool:
        """Who asks must show a token."""
        return self._digest is not None

    def admit(self, asked: Asked) -> None:
        """Nothing, if it may be done.

        Raises:
            Refusal: 401, no token or a wrong one; 429, too many wrong ones from there.
        """
        if self._digest is None or (asked.method, asked.path) in _FOR_ALL:
            return
        if not asked.authorizations:
            raise Refusal(
                401, "this service asks for a token.", "Send it: `Authorization: Bearer TOKEN`.", _CHALLENGE
            )
        scheme, _, shown = asked.authorizations[0].partition(" ")
        is_right = hmac.compare_digest(_digest(shown.strip()), self._digest)
        if len(asked.authorizations) == 1 and scheme.lower() == "bearer" and is_right:
            return
        # Only now: behind a proxy everybody has one address, and the owner must not be locked out.
        source = _source(asked.address)
        self._refuse_guessers(source)
        self._note_wrong(source)
        raise Refusal(401, "the token is wrong.", "It is `service.token` of the configuration.", _CHALLENGE)

    def _refuse_guessers(self, source: str) -> None:
        count, until = self._wrong.get(source, (0, 0.0))
        left = until - self._monotonic()
        if left <= 0:
            self._wrong.pop(source, None)
        elif count >= _WRONG_TOKENS:
            raise Refusal(
                429,
                "there were too many wrong tokens from this address.",
                "Wait a minute.",
                {"Retry-After": str(int(left) + 1), **HANG_UP},
            )

    def _note_wrong(self, source: str) -> None:
        count, _ = self._wrong.pop(source, (0, 0.0))
        self._wrong[source] = (count + 1, self._monotonic() + _WRONG_SECONDS)
        if len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _source(address: str) -> str:
    """The address; of IPv6 the network of 64 bits that one household has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) else address
