"""Those who connect and say nothing keep nobody out, and the cameras keep their descriptors."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import uvicorn
from websockets.sync.client import connect

from vedette.cli import connections
from vedette.cli.connections import Connection

HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: "


async def answer(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    body = b"".join([(await receive())["body"]])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": body[:2] or b"ok"})


@contextmanager
def serving():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = uvicorn.Config(
            answer, http=Connection, ws="websockets-sansio", lifespan="off", log_config=None
        )
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(30)


def answered(connection: socket.socket) -> bytes:
    """The whole answer, whose body has two letters."""
    connection.settimeout(30)
    told = b""
    while len(told.partition(b"\r\n\r\n")[2]) < 2:
        told += connection.recv(1000)
    return told


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has closed it; waits for that."""
    connection.settimeout(30)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("said", [b"", HALF_A_HEAD], ids=["nothing", "half a head"])
def test_who_does_not_ask_in_time_is_let_go_and_others_are_answered(monkeypatch, said):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    with serving() as port, socket.create_connection(("127.0.0.1", port)) as idle:
        idle.sendall(said)
        assert httpx.get(f"http://127.0.0.1:{port}/", timeout=30).text == "ok"
        assert is_closed(idle)


def test_half_a_head_after_a_whole_request_is_let_go_as_well(monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    with serving() as port, socket.create_connection(("127.0.0.1", port)) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert answered(idle).startswith(b"HTTP/1.1 200")
        idle.sendall(HALF_A_HEAD)
        assert is_closed(idle)


def test_a_body_may_take_longer_than_a_head_and_a_socket_as_long_as_it_likes(monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    with serving() as port:
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n")
            time.sleep(1)
            slow.sendall(b"hi")
            assert answered(slow).startswith(b"HTTP/1.1 200")
        with connect(f"ws://127.0.0.1:{port}/") as talking:
            time.sleep(1)
            talking.send("still here")
            assert talking.recv(timeout=30) == "still here"


def test_more_connections_than_there_is_room_for_are_closed_as_they_come(monkeypatch):
    monkeypatch.setattr(connections, "MOST", 4)
    with serving() as port, ExitStack() as held:
        idle = [held.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(4)]
        assert is_closed(held.enter_context(socket.create_connection(("127.0.0.1", port))))
        idle[0].close()
        # The server sees that a moment later.
        for _ in range(300):
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/", timeout=30).text == "ok"
                break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            pytest.fail("nobody was answered again")


def test_one_address_does_not_take_all_places():
    class Known:
        def __init__(self, address):
            self.client = (address, 1) if address else None

    known = [Known("192.0.2.1")] * 3 + [Known("192.0.2.2"), Known(None), object()]
    assert connections._count(known, "192.0.2.1") == 3
    assert connections._count(known, "192.0.2.3") == 0


def test_a_process_may_open_more_files_than_its_shell_would():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most <= 256:
        pytest.skip("this machine allows so few files only")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(7)[1]));"
        "from vedette.cli.open_files import allow_many_files; allow_many_files(); allow_many_files();"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(told.stdout) > 256
