"""The service on a free port of loopback, and an appliance that answers as it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn

from vedette.errors import PictureError, UsageError
from vedette.pixels.picture import decode_picture
from vedette.sources.protocol import SourceStatus
from vedette.values.prediction import Classification
from vedette.web.app import create_app
from vedette.web.limits import Limits

MOUSE = Classification("mouse", {"background": 0.02, "cat": 0.05, "mouse": 0.93})


@dataclass
class FakeAppliance:
    """Opens pictures as the real one does; what it says of them is `answer`, or what `behave` does."""

    cameras: dict[str, SourceStatus] = field(default_factory=dict)
    classifiers: tuple[str, ...] = ("door",)
    answer: Classification = MOUSE
    behave: Callable[[], None] = lambda: None
    asked: list[tuple[bytes, str | None]] = field(default_factory=list)
    pushed: list[tuple[str, bytes]] = field(default_factory=list)

    def classify_picture(self, data: bytes, classifier: str | None = None) -> Classification:
        decode_picture(data)
        self.asked.append((data, classifier))
        self.behave()
        return self.answer

    def push_picture(self, camera: str, data: bytes) -> None:
        if camera != "garden":
            raise UsageError(f"the camera {camera} takes no pushed pictures.", "Set its kind to `push`.")
        if not data:
            raise PictureError("there are no bytes.", "Send a picture.")
        self.pushed.append((camera, data))


@contextmanager
def serving(appliance: object, limits: Limits | None = None, hosts: tuple[str, ...] = ()) -> Iterator[int]:
    """The service's port, while it serves."""
    server = uvicorn.Server(uvicorn.Config(create_app(appliance, hosts, limits), log_config=None, http="h11"))
    # The protocol is named because asyncio sets TCP_NODELAY only then; without it each answer on a kept
    # connection waits 40 ms for the other side's delayed acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listener],), name="web server")
        thread.start()
        try:
            while not server.started and thread.is_alive():
                thread.join(0.005)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def converse(port: int, *sent: bytes, seconds: float = 20.0) -> bytes:
    """What comes back on a bare connection until the other side closes it."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        try:
            for piece in sent:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent; the answer is there nevertheless
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return received
