"""What may come out of a camera's port: packets that were damaged, a broken wire, somebody else's voice."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

_KEY_FRAME_EVERY = 5
"""See `visits` in stubborn.py."""

BABBLE = (
    b"\x00" * 64,
    bytes(range(256)) * 8,
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>the camera's own page</html>",
    b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99999999999\r\n\r\nv=0\r\n",
    b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\nContent-Length: 9\r\n\r\nm=video 0",
    b"RTSP/1.0 999 " + b"x" * 5000 + b"\r\n\r\n",
    b"",
)


def flipped(number: int, data: bytes) -> bytes:
    """Of every third packet but the key frames, one byte in a hundred is another."""
    if number % _KEY_FRAME_EVERY == 0 or number % 3:
        return data
    chance = random.Random(number)
    changed = bytearray(data)
    for _ in range(max(4, len(data) // 100)):
        changed[chance.randrange(6, len(data))] ^= chance.randrange(1, 256)
    return bytes(changed)


def truncated(number: int, data: bytes) -> bytes:
    """Every third packet breaks off, key frames too."""
    return data if number % 3 else data[: max(8, len(data) // 2)]


class Babbler:
    """Somebody else on a camera's port, who answers garbage, one kind after another, or nothing at all."""

    def __init__(self, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.answered = 0
        self._kept: list[socket.socket] = []
        self._thread = threading.Thread(target=self._babble, name="babbler", daemon=True)
        self._thread.start()

    def _babble(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            words = BABBLE[self.answered % len(BABBLE)]
            self.answered += 1
            try:
                client.settimeout(0.2)
                client.recv(4096)
                client.sendall(words)
            except OSError:
                pass
            # Every second one is left to wait for more.
            if self.answered % 2:
                client.close()
            else:
                self._kept.append(client)

    def close(self) -> None:
        # Closing alone does not wake who accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for client in self._kept:
            client.close()


class Wire:
    """What lies between a server and its clients. `spoil` gets what the server sends, and may change it.

    While it is `cut`, whoever is connected is thrown out, and so is whoever comes.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.spoil: Callable[[bytes], bytes] = bytes
        self._is_cut = False
        self._turn = threading.Lock()
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="wire", daemon=True)]
        self._threads[0].start()

    def cut(self) -> None:
        with self._turn:
            self._is_cut = True
            ends, self._ends = self._ends, []
        for end in ends:
            _hang_up(end)

    def mend(self) -> None:
        self._is_cut = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = None if self._is_cut else socket.create_connection(("127.0.0.1", self._server_port))
            except OSError:
                server = None
            if server is None:
                client.close()
                continue
            with self._turn:
                self._ends += [client, server]
            for source, sink, change in ((client, server, bytes), (server, client, self._spoilt)):
                pump = threading.Thread(target=_pump, args=(source, sink, change), daemon=True)
                self._threads.append(pump)
                pump.start()

    def _spoilt(self, data: bytes) -> bytes:
        return self.spoil(data)


def noisy(chance: random.Random) -> Callable[[bytes], bytes]:
    """Flips a byte in about every fourth piece that passes."""

    def spoil(data: bytes) -> bytes:
        if chance.random() > 0.25:
            return data
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        return bytes(changed)

    return spoil


def _pump(source: socket.socket, sink: socket.socket, change: Callable[[bytes], bytes]) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(change(data))
    except OSError:
        pass
    _hang_up(source)
    _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
