from __future__ import annotations

import json
import socket

import pytest

from parts.taught_pictures import jpeg
from parts.web_server import FakeAppliance, converse, serving
from vedette.web.limits import Limits

HEAD = b"POST /api/image HTTP/1.1\r\nHost: 127.0.0.1\r\n"
PICTURE = jpeg("cat", 1)


@pytest.fixture
def appliance():
    return FakeAppliance()


@pytest.fixture
def port(appliance):
    with serving(appliance, Limits(body_bytes=100_000, body_seconds=0.5)) as port:
        yield port


def status_and_body(reply: bytes) -> tuple[int, dict[str, str]]:
    head, _, body = reply.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def still_serves(port: int) -> bool:
    reply = converse(port, HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(PICTURE), PICTURE)
    return status_and_body(reply)[0] == 200


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(port):
    status, body = status_and_body(converse(port, HEAD + b"Content-Length: 100001\r\n\r\n"))
    assert status == 413
    assert "limit" in body["error"]
    assert still_serves(port)


def test_a_body_as_large_as_allowed_is_read(port, appliance):
    body = PICTURE[:-2] + bytes(100_000 - len(PICTURE)) + PICTURE[-2:]
    reply = converse(port, HEAD + b"Connection: close\r\nContent-Length: 100000\r\n\r\n", body)
    assert status_and_body(reply)[0] == 200
    assert [len(data) for data, _ in appliance.asked] == [100_000]


def test_an_endless_chunked_body_is_cut_off(port, appliance):
    chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
    reply = converse(port, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 2000)
    status, body = status_and_body(reply)
    assert status == 413
    assert body["remedy"]
    assert appliance.asked == []
    assert still_serves(port)


@pytest.mark.parametrize("digits", [19, 5000])
def test_a_length_with_more_digits_than_a_length_has_is_refused(port, digits):
    reply = converse(port, HEAD + b"Content-Length: " + b"9" * digits + b"\r\n\r\n")
    assert reply.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413"))
    assert still_serves(port)


@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"Content-Length: 5000\r\n\r\n", id="nothing of what was announced"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", id="half a chunk"),
    ],
)
def test_a_body_that_stops_coming_is_given_up(port, beginning):
    status, body = status_and_body(converse(port, HEAD + beginning))
    assert status == 408
    assert "0.5 seconds" in body["error"]
    assert still_serves(port)


def test_one_who_leaves_in_the_middle_disturbs_nobody(port, appliance, caplog):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n" + bytes(100))
    assert still_serves(port)
    assert not [record for record in caplog.records if record.exc_info]
    assert len(appliance.asked) == 1


def test_a_length_that_is_too_short_does_not_smuggle_in_a_request(port, appliance):
    smuggled = HEAD + b"Content-Length: %d\r\n\r\n" % len(PICTURE) + PICTURE
    reply = converse(port, HEAD + b"Content-Length: 3\r\n\r\nabc" + b"junk " + smuggled)
    assert reply.startswith(b"HTTP/1.1 422")
    assert b"HTTP/1.1 200" not in reply
    assert appliance.asked == []
    assert still_serves(port)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", id="TLS"),
        pytest.param(b"GET\r\n\r\n", id="no address"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", id="two hosts"),
        pytest.param(b"GET /healthz HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET /healthz HTTP/1.0\r\n\r\n", id="no host, HTTP/1.0"),
        pytest.param(HEAD + b"Content-Length: -5\r\n\r\n", id="negative length"),
        pytest.param(HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", id="two lengths"),
        pytest.param(
            HEAD + b"Content-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\nhello", id="unknown encoding"
        ),
        pytest.param(
            b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", id="endless address"
        ),
    ],
)
def test_what_is_no_request_is_refused_and_the_service_goes_on(port, request_):
    reply = converse(port, request_)
    assert reply.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501"))
    assert b"Traceback" not in reply
    assert still_serves(port)
