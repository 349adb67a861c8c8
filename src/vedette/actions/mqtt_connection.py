"""One connection to an MQTT broker that is kept, with a last will."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from vedette.actions.backoff import Backoff
from vedette.errors import ActionError

if TYPE_CHECKING:
    import aiomqtt

_KEEP_ALIVE_SECONDS = 20
_REFUSED = frozenset({4, 5, 134, 135})
"""CONNACK: bad user name or password, not authorized (MQTT 3.1.1 section 3.2.2.3, and 5.0)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Broker:
    """Whom to connect to, and how."""

    host: str
    port: int
    username: str | None
    password: SecretStr | None
    tls: bool
    ca_file: Path | None
    client_id: str
    timeout_seconds: float

    @property
    def shown(self) -> str:
        """For a message; no credential."""
        return f"the broker {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Message:
    """What is published."""

    topic: str
    payload: bytes
    is_retained: bool = False


class MqttConnection:
    """Connects, and connects again whenever the connection is lost; the broker says `will` if it is.

    `greet` is awaited after every connecting, before anything else is published. Everything is for
    one event loop, in which `open` is called.
    """

    def __init__(self, broker: Broker, will: Message, qos: int, backoff: Backoff) -> None:
        self._broker = broker
        self._will = will
        self._qos = qos
        self._backoff = backoff
        self._greet: Callable[[], Awaitable[None]] | None = None
        self._client: aiomqtt.Client | None = None
        self._why = "it has not answered yet"
        self._keeper: asyncio.Task[None] | None = None
        self._is_ready = asyncio.Event()
        self._lost = asyncio.Event()
        self._wanted = asyncio.Event()

    def open(self, greet: Callable[[], Awaitable[None]]) -> None:
        """Begin to connect."""
        self._greet = greet
        self._is_ready, self._lost, self._wanted = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._keeper = asyncio.create_task(self._keep())

    async def ready(self) -> None:
        """Wait for the connection, which is tried at once if it was not to be tried yet.

        Raises:
            ActionError: it is not there in time.
        """
        self._wanted.set()
        try:
            async with asyncio.timeout(self._broker.timeout_seconds):
                await self._is_ready.wait()
        except TimeoutError:
            raise ActionError(f"{self._broker.shown} cannot be used: {self._why}.") from None

    async def publish(self, message: Message) -> None:
        """Publish, and wait until the broker has it.

        Raises:
            ActionError: it may not have it.
        """
        import aiomqtt  # noqa: PLC0415 - only who speaks MQTT pays for it

        client = self._client
        if client is None:
            raise ActionError(f"{self._broker.shown} cannot be used: {self._why}.")
        publishing = asyncio.ensure_future(
            client.publish(message.topic, message.payload, self._qos, message.is_retained)
        )
        losing = asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait({publishing, losing}, return_when=asyncio.FIRST_COMPLETED)
            if not publishing.done():
                raise ActionError(f"{self._broker.shown} was lost before it had the message.")
            publishing.result()
        except (aiomqtt.MqttError, ValueError) as error:
            # Half a connection looks like a slow one: only a new one tells.
            self._lost.set()
            raise ActionError(
                f"{self._broker.shown} did not confirm a message ({type(error).__name__})."
            ) from None
        finally:
            publishing.cancel()
            losing.cancel()

    async def close(self, farewell: Message) -> None:
        """Publish a last message and disconnect."""
        if self._client is not None:
            with suppress(ActionError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.publish(farewell)
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper}, timeout=1.0)
            self._keeper = None

    async def _keep(self) -> None:
        failures = 0
        while True:
            was_ready = await self._connected_once()
            failures = 1 if was_ready else failures + 1
            # At 1, 2, 4, 8, ...: a broker that is down for a day must not fill the log.
            if failures & (failures - 1) == 0:
                _log.warning("%s cannot be used: %s", self._broker.shown, self._why)
            self._wanted.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._backoff.seconds(failures)):
                    await self._wanted.wait()

    async def _connected_once(self) -> bool:
        """Until the connection is lost; whether there was one."""
        import aiomqtt  # noqa: PLC0415 - see above

        was_ready = False
        try:
            async with await self._new_client() as client:
                was_ready = await self._serve(client)
        except aiomqtt.MqttCodeError as error:
            refused = getattr(error.rc, "value", error.rc) in _REFUSED
            self._why = "it refuses the name or password" if refused else f"it refuses ({error})"
        except aiomqtt.MqttError as error:
            self._why = f"the connection failed ({error})"
        except ActionError as error:
            self._why = error.message
        except OSError as error:
            self._why = f"the connection failed ({error.strerror or type(error).__name__})"
        return was_ready

    async def _serve(self, client: aiomqtt.Client) -> bool:
        """Greet, and wait for the end of the connection; whether it was ever ready."""
        assert self._greet is not None
        self._lost.clear()
        listening = asyncio.create_task(self._listen(client))
        self._client = client
        try:
            await self._greet()
            self._is_ready.set()
            _log.info("%s is connected", self._broker.shown)
            await self._lost.wait()
            self._why = "the connection was lost"
            return True
        finally:
            self._client = None
            self._is_ready.clear()
            listening.cancel()

    async def _listen(self, client: aiomqtt.Client) -> None:
        """Nothing is subscribed to; the end of the messages is the end of the connection."""
        try:
            async for _ in client.messages:
                pass
        except Exception as error:  # noqa: BLE001 - whatever it is, the connection is gone
            _log.debug("%s: %s", self._broker.shown, type(error).__name__)
        self._lost.set()

    async def _new_client(self) -> aiomqtt.Client:
        import aiomqtt  # noqa: PLC0415 - see above

        broker, will = self._broker, self._will
        # It reads the machine's certificates, which may take a while.
        context = await asyncio.to_thread(_tls_context, broker.ca_file) if broker.tls else None
        return aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password.get_secret_value() if broker.password else None,
            identifier=broker.client_id,
            will=aiomqtt.Will(will.topic, will.payload, self._qos, will.is_retained),
            clean_session=True,
            timeout=broker.timeout_seconds,
            keepalive=_KEEP_ALIVE_SECONDS,
            tls_context=context,
        )


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise ActionError(
            f"the certificates in {ca_file} cannot be read: {error.strerror or error}"
        ) from None
