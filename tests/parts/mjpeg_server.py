"""An HTTP camera on loopback that behaves as a test tells it to, well or badly."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Self

from parts.clips import scene
from vedette.pixels.picture import encode_jpeg

Behaviour = Callable[[socket.socket, bytes], None]
"""Answers one request on its connection; the connection is closed when it returns."""


class MjpegServer:
    """Each connection is answered by the next behaviour, the last one again and again."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self._behaviours = behaviours
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self.requests: list[bytes] = []
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def url(self, credential: str = "", target: str = "/video.mjpg", scheme: str = "http") -> str:
        return f"{scheme}://{credential}{'@' if credential else ''}127.0.0.1:{self.port}{target}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that waits in accept is woken by shutdown, not by close.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                behaviour = self._behaviours[min(len(self._connections), len(self._behaviours)) - 1]
                with connection, contextlib.suppress(OSError):
                    request = connection.recv(65536)
                    self.requests.append(request)
                    behaviour(connection, request)


def jpeg(index: int) -> bytes:
    return encode_jpeg(scene(index))


def header(boundary: str = "frame") -> bytes:
    kind = f"multipart/x-mixed-replace; boundary={boundary}" if boundary else "multipart/x-mixed-replace"
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode()


def part(picture: bytes, boundary: str = "--frame", *, length: int | None = None) -> bytes:
    said = f"Content-Length: {length}\r\n" if length is not None else ""
    return f"{boundary}\r\nContent-Type: image/jpeg\r\n{said}\r\n".encode() + picture + b"\r\n"


def parts(
    pictures: Iterable[bytes], *, first: bytes = header(), then: threading.Event | None = None
) -> Behaviour:
    """Send these pieces one by one; then close, or stand still until `then` is set."""

    def behave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        for piece in pictures:
            connection.sendall(piece)
        if then is not None:
            then.wait(30)

    return behave


def answer(status: str, headers: str = "", body: bytes = b"") -> Behaviour:
    """A whole answer, and the end of the connection."""

    def behave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(
            f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body
        )

    return behave
