"""An event as an HTTP POST of JSON."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from vedette import __version__
from vedette.actions.protocol import Letter
from vedette.actions.record import record_json
from vedette.actions.settings import ActionSettings
from vedette.errors import ActionError

if TYPE_CHECKING:
    import httpx


_PASSING = frozenset({408, 425, 429})
"""Refusals that say themselves that they will pass: too slow, too early, too many (RFC 9110, 8470, 6585)."""

_REFUSALS = {401: "refuses the name or password", 403: "forbids it", 404: "knows no such path"}


def _web_address(url: SecretStr) -> SecretStr:
    """The address, if it is one; no message repeats a part of it."""
    try:
        parts = urlsplit(url.get_secret_value())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("the address has no valid host and port") from None
    if parts.scheme not in {"http", "https"}:
        raise ValueError("the address must begin with http:// or https://")
    if not host:
        raise ValueError("the address has no host")
    return url


class WebhookSettings(ActionSettings):
    """A POST of the event to an address."""

    kind: Literal["webhook"] = Field(default="webhook", description="POST the event as JSON to an address.")
    url: Annotated[SecretStr, AfterValidator(_web_address)] = Field(
        description="http:// or https://; a name and password in it are sent as basic authentication."
    )
    timeout_seconds: float = Field(
        default=10.0, gt=0, le=300, description="Give up after this long, from connecting to the answer."
    )
    secret: SecretStr | None = Field(
        default=None,
        min_length=8,
        description="Signs every request (HMAC-SHA256): the receiver can tell that it comes from here.",
    )


class WebhookAction:
    """Posts events one after another over a connection that is kept.

    An answer of 200 to 299 is success; a redirect is not followed, as it could lead the event (and
    a password) to somebody else. Proxies and credentials of the environment are not used. The
    answer's body is not read. Nothing that is shown holds more of the address than scheme, host, port.

    `Idempotency-Key` is the letter's key, the same at every attempt. With a secret, `X-Vedette-Timestamp`
    holds the time of sending (Unix, whole seconds) and `X-Vedette-Signature` holds `sha256=` and
    the hexadecimal HMAC-SHA256, by the secret, of the timestamp, a full stop and the body's bytes.
    An answer of 4xx is final, but for 408, 425 and 429. `clock` gives Unix seconds.
    """

    is_durable = True
    wants_snapshot = False

    def __init__(self, name: str, settings: WebhookSettings, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self.phases = frozenset(settings.phases)
        self._url = settings.url.get_secret_value()
        self._shown = _shown(self._url)
        self.timeout_seconds = settings.timeout_seconds
        self._secret = settings.secret.get_secret_value().encode() if settings.secret else None
        self._clock = clock
        self._client = _client(settings.timeout_seconds)

    async def open(self) -> None:
        """See `Action`; a connection is made by the first event."""

    async def carry_out(self, letter: Letter) -> None:
        """See `Action`."""
        import httpx  # noqa: PLC0415 - 16 MB that a configuration without webhooks does not pay

        try:
            async with asyncio.timeout(self.timeout_seconds):
                status = await self._post(letter)
        except (httpx.TimeoutException, TimeoutError):
            raise ActionError(
                f"{self._shown} did not answer within {self.timeout_seconds:g} s.",
                "Is it overloaded? Raise timeout_seconds if it is only slow.",
            ) from None
        except httpx.ConnectError:
            raise ActionError(
                f"{self._shown} cannot be reached.", "Is it running, and is the address right?"
            ) from None
        except httpx.HTTPError as error:
            # The library's own text may repeat the address.
            raise ActionError(f"{self._shown}: the connection broke ({type(error).__name__}).") from None
        _refuse(status, self._shown)

    async def close(self) -> None:
        """See `Action`."""
        await self._client.aclose()

    async def _post(self, letter: Letter) -> int:
        body = record_json(letter).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": letter.key}
        if self._secret is not None:
            headers |= signature(self._secret, int(self._clock()), body)
        async with self._client.stream("POST", self._url, content=body, headers=headers) as response:
            return response.status_code


def signature(secret: bytes, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that prove who sent a body and when."""
    digest = hmac.new(secret, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Vedette-Timestamp": str(timestamp), "X-Vedette-Signature": f"sha256={digest}"}


def _client(timeout_seconds: float) -> httpx.AsyncClient:
    import httpx  # noqa: PLC0415 - see above

    # They log addresses, headers and all, at INFO and DEBUG.
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)
    return httpx.AsyncClient(
        timeout=timeout_seconds,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": f"vedette/{__version__}"},
    )


def _shown(url: str) -> str:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def _refuse(status: int, shown: str) -> None:
    if 200 <= status < 300:
        return
    general = "redirects elsewhere, which is not followed" if status < 400 else "answered with an error"
    what = _REFUSALS.get(status, general)
    remedy = "Look at its own log." if status >= 500 else "Check the address of the webhook."
    is_permanent = 400 <= status < 500 and status not in _PASSING
    raise ActionError(f"{shown} {what} ({status}).", remedy, is_permanent=is_permanent)
