"""A webhook's receiver that has moods, and keeps its port whatever it does."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

Mood = Literal["well", "failing", "refusing it", "hanging", "closing", "breaking off"]


@dataclass(frozen=True)
class Received:
    """`taken` is true if the sender was told that all is well."""

    headers: dict[str, str]
    raw: bytes
    taken: bool

    @property
    def letter(self) -> dict[str, Any]:
        letter: dict[str, Any] = json.loads(self.raw)
        return letter

    def is_signed_by(self, secret: str) -> bool:
        signed = f"{self.headers['X-Vedette-Timestamp']}.".encode() + self.raw
        wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(self.headers["X-Vedette-Signature"], f"sha256={wanted}")


class UnrulyPeer:
    """`mood` is how it answers from now on. `absent` before `serve`: nobody listens on its port."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.received: list[Received] = []
        self.attempts = 0
        self._mood: Mood = "well"
        self._better = threading.Condition()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def mood(self) -> Mood:
        return self._mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        with self._better:
            self._mood = mood
            self._better.notify_all()

    @property
    def taken(self) -> list[dict[str, Any]]:
        """The letters that it said yes to, in their order."""
        return [each.letter for each in list(self.received) if each.taken]

    def serve(self) -> Self:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                peer._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def leave(self) -> None:
        """Nobody listens on its port any more."""
        self.mood = "well"
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        raw = request.rfile.read(int(request.headers["Content-Length"]))
        mood = self._mood
        self.attempts += 1
        if mood == "hanging":
            with self._better:
                self._better.wait_for(lambda: self._mood != "hanging", 30)
        status = {"well": 204, "failing": 500, "refusing it": 400}.get(mood)
        self.received.append(Received(dict(request.headers), raw, taken=status == 204))
        if status is None:
            request.close_connection = True
            if mood == "breaking off":
                request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            return
        request.send_response(status)
        request.send_header("Content-Length", "0")
        request.end_headers()
