"""One who watches a camera over a WebSocket, as the page does."""

from __future__ import annotations

import io
import json
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import av
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

INITIALISATION, FRAGMENT, JPEG = 1, 2, 3
PATIENCE_SECONDS = 40
_FLAGS_AT = 96
_KEY_PICTURE = b"\x02\x00\x00\x00"


@dataclass(frozen=True)
class Picture:
    """A binary message."""

    kind: int
    seconds: float
    data: bytes

    @property
    def is_keyframe(self) -> bool:
        """Of a fragment, as it says itself."""
        return self.data[_FLAGS_AT : _FLAGS_AT + 4] == _KEY_PICTURE


@dataclass
class Watcher:
    """What came, in its order: pictures and messages."""

    socket: ClientConnection
    came: list[Picture | dict[str, object]] = field(default_factory=list)

    def next(self) -> Picture | dict[str, object]:
        message = self.socket.recv(timeout=PATIENCE_SECONDS)
        if isinstance(message, str):
            self.came.append(json.loads(message))
        else:
            self.came.append(Picture(*struct.unpack(">Bd", message[:9]), message[9:]))
        return self.came[-1]

    def until(self, is_so: Callable[[], object]) -> None:
        """Take what comes until the claim holds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, f"in vain; {len(self.came)} messages came"
            self.next()

    def ends(self) -> tuple[int, str]:
        """The code and the reason with which the other side closes."""
        with suppress(ConnectionClosed):
            while True:
                self.next()
        return self.socket.protocol.close_code, self.socket.protocol.close_reason

    def pictures(self, kind: int) -> list[Picture]:
        return [each for each in self.came if isinstance(each, Picture) and each.kind == kind]

    def told(self, what: str) -> list[dict[str, object]]:
        return [each for each in self.came if isinstance(each, dict) and each["type"] == what]

    @property
    def fragments(self) -> list[Picture]:
        return self.pictures(FRAGMENT)

    def video(self) -> bytes:
        """Everything since the last initialisation."""
        beginning = self.pictures(INITIALISATION)[-1]
        since = self.came[self.came.index(beginning) :]
        pieces = [each for each in since if isinstance(each, Picture) and each.kind != JPEG]
        return b"".join(each.data for each in pieces)


@contextmanager
def watching(port: int, camera: str = "door", query: str = "", **options: object) -> Iterator[Watcher]:
    address = f"ws://127.0.0.1:{port}/api/v1/cameras/{camera}/watch?{query}"
    with connect(address, max_size=None, **options) as socket:
        yield Watcher(socket)


def decoded(video: bytes) -> list[av.VideoFrame]:
    """What a player shows of it."""
    with av.open(io.BytesIO(video), format="mp4") as container:
        return list(container.decode(video=0))
