"""Events and states for a broker that other programs listen to."""

from __future__ import annotations

import platform
import random
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from vedette.actions.backoff import Backoff
from vedette.actions.mqtt_connection import Broker, Message, MqttConnection
from vedette.actions.protocol import Letter
from vedette.actions.record import record_json
from vedette.actions.settings import ActionSettings, RetrySettings
from vedette.values.event import Phase

_RECONNECT = RetrySettings(maximum_seconds=30.0)
_FORBIDDEN = re.compile(r"[+#/\0]")


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[^+#\0/]+(/[^+#\0/]+)*", text) or text.startswith("$"):
        raise ValueError("a topic's prefix has words between single slashes, without + and #, and no $ first")
    return text


class MqttSettings(ActionSettings):
    """Messages to an MQTT broker."""

    kind: Literal["mqtt"] = Field(default="mqtt", description="Publish to an MQTT broker.")
    phases: tuple[Phase, ...] = Field(
        default=tuple(Phase), min_length=1, description="For which phases; states need open and close."
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="The broker.")
    port: int | None = Field(
        default=None, ge=1, le=65535, description="Its port; 1883 if left out, 8883 with tls."
    )
    username: str | None = Field(default=None, description="Name to show, if the broker wants one.")
    password: SecretStr | None = Field(default=None, description="Write it with !env or !file.")
    tls: bool = Field(default=False, description="Speak through TLS.")
    ca_file: Path | None = Field(
        default=None, description="Certificates to trust, in PEM; the machine's own if left out."
    )
    client_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="The name of the connection, one for each appliance; prefix and host name if left out.",
    )
    topic_prefix: Annotated[str, AfterValidator(_prefix)] = Field(
        default="vedette", description="The first part of every topic; one for each appliance."
    )
    qos: Literal[1, 2] = Field(default=1, description="1: the broker confirms; 2: and takes none twice.")
    has_snapshot: bool = Field(default=True, description="Publish the picture of an event when it begins.")
    timeout_seconds: float = Field(
        default=10.0, gt=0, le=300, description="Give up after this long without a confirmation."
    )


class MqttAction:
    """Publishes each letter, and keeps the states of all rules at the broker up to date.

    - `PREFIX/status`: `online`, or `offline` (the last will); retained.
    - `PREFIX/CAMERA/RULE/state`: `ON` while an event is open, or `OFF`; retained.
    - `PREFIX/CAMERA/snapshot`: the JPEG of the last event that began; retained.
    - `PREFIX/events`: the event as JSON, as webhooks have it.

    Done is what the broker has confirmed. After every connecting, status and states are published
    again: a broker may have lost what it retained. A test goes to `PREFIX/events` only.
    """

    is_durable = True

    def __init__(self, name: str, settings: MqttSettings) -> None:
        self.name = name
        self.phases = frozenset(settings.phases)
        self.wants_snapshot = settings.has_snapshot
        # To connect, and up to three confirmations.
        self.timeout_seconds = 4 * settings.timeout_seconds
        self._prefix = settings.topic_prefix
        self._open: dict[str, set[str]] = {}
        self._connection = MqttConnection(
            _broker(settings), self._status("offline"), settings.qos, Backoff(_RECONNECT, random.random)
        )

    async def open(self) -> None:
        """See `Action`."""
        self._connection.open(self._greet)

    async def carry_out(self, letter: Letter) -> None:
        """See `Action`."""
        await self._connection.ready()
        if not letter.is_test:
            self._note(letter)
            for message in self._around(letter):
                await self._connection.publish(message)
        await self._connection.publish(Message(f"{self._prefix}/events", record_json(letter).encode()))

    async def close(self) -> None:
        """See `Action`."""
        await self._connection.close(self._status("offline"))

    async def _greet(self) -> None:
        await self._connection.publish(self._status("online"))
        for topic in tuple(self._open):
            await self._connection.publish(self._state(topic))

    def _note(self, letter: Letter) -> None:
        """Which events of the rule are open: a late close of one must not end another's state."""
        event = letter.event
        of_rule = self._open.setdefault(self._topic(event.camera, event.rule, "state"), set())
        if letter.phase is Phase.CLOSE:
            of_rule.discard(event.id)
        else:
            of_rule.add(event.id)

    def _around(self, letter: Letter) -> list[Message]:
        """What goes before the event itself, so that who hears of it finds it there."""
        event, messages = letter.event, []
        if letter.phase is Phase.OPEN and letter.snapshot_jpeg:
            topic = self._topic(event.camera, "snapshot")
            messages.append(Message(topic, letter.snapshot_jpeg, is_retained=True))
        if letter.phase is not Phase.UPDATE:
            messages.append(self._state(self._topic(event.camera, event.rule, "state")))
        return messages

    def _state(self, topic: str) -> Message:
        return Message(topic, b"ON" if self._open[topic] else b"OFF", is_retained=True)

    def _status(self, word: str) -> Message:
        return Message(f"{self._prefix}/status", word.encode(), is_retained=True)

    def _topic(self, *words: str) -> str:
        return "/".join([self._prefix, *(_FORBIDDEN.sub("_", word) for word in words)])


def _broker(settings: MqttSettings) -> Broker:
    return Broker(
        host=settings.host,
        port=settings.port or (8883 if settings.tls else 1883),
        username=settings.username,
        password=settings.password,
        tls=settings.tls,
        ca_file=settings.ca_file,
        # A name that stays: the broker then ends the former connection, and its last will, at once.
        client_id=settings.client_id or f"{settings.topic_prefix.replace('/', '-')}-{platform.node()}",
        timeout_seconds=settings.timeout_seconds,
    )
