from __future__ import annotations

import logging

import pytest

from vedette.assembly.log_ring import LogRing
from vedette.assembly.redaction import HIDDEN, redacted

SECRETS = {
    "a password in an address": ("rtsp://admin:hunter2@10.0.0.5:554/stream", "hunter2"),
    "a name in an address": ("http://onlyname@10.0.0.5/", "onlyname"),
    "a password with a slash and an at sign": ("cannot open rtsp://u:p/a@b@cam/1, it says", "p/a@b"),
    "a token in a query": ("GET https://hook.example/x?id=7&token=abc123def&n=1", "abc123def"),
    "a key in a query": ("https://api.example/push?api_key=qwertz9", "qwertz9"),
    "a messenger's address": ("notify tgram://123456:AAF-xyz/99 failed", "AAF-xyz"),
    "a messenger's path": (
        "POST https://hooks.example/services/T0AB/B1/aBcDeF1234567890ghIJkl",
        "aBcDeF12345",
    ),
    "an Authorization header": ("Authorization: Bearer abcdef", "abcdef"),
    "basic authentication": ("headers {'Authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
    "digest": ('Authorization: Digest username="u", response="6629fae4"', "6629fae4"),
    "a bearer alone": ("sent Bearer s3cr3t.t0ken", "s3cr3t"),
    "a cookie": ("Cookie: vedette=eyJhIjox.abc; other=1", "other=1"),
    "a set cookie": ("Set-Cookie: session=xyz987; HttpOnly", "xyz987"),
    "a password": ("password=hunter2 was wrong", "hunter2"),
    "a password in YAML": ("  password: hunter2", "hunter2"),
    "a password in JSON": ('{"password": "hunter two"}', "hunter two"),
    "a prefixed name": ("VEDETTE_SERVICE_TOKEN=longish", "longish"),
    "a camera's own name for it": ("mqtt_password: 'pa ss'", "pa ss"),
    "an option": ("ran notify --token tok123 --quiet", "tok123"),
    "a web token": ("got eyJhbGciOi.eyJzdWIi.SflKxwRJ from it", "SflKxwRJ"),
    "our own token": ("token list: vdt_abcDEF-123_x", "abcDEF"),
    "a hashed password": ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "c2FsdA"),
    "a private key": ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
    "a random word": ("session x9Kf2LmQ8vT1zR5bYw7N begun", "x9Kf2LmQ8vT1zR5bYw7N"),
}

HARMLESS = [
    "camera lawn: connected to rtsp://10.0.0.5:554/stream",
    "event 01kamz2v8m3y0d7k9t4q5w6x7e: person on the lawn opened",
    "the clip /home/me/storage/clips/2026/11/21/01kamz2v8m3y0d7k9t4q5w6x7e.mp4 is complete",
    "efficientnet-lite0.tflite has sha256 " + "0a1b2c3d" * 8,
    "camera door: no frame for 10 s; it begins anew in 0.5 s",
    "the service answers on http://127.0.0.1:8731",
    "the camera asks for basic authentication",
    "FileNotFoundError: storage/snapshots",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS.keys())
def test_what_may_be_a_credential_is_taken_out(text, secret):
    shown = redacted(text)
    assert secret not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_none_stays_as_it_is(text):
    assert redacted(text) == text


def test_taking_out_twice_is_once():
    for text, _ in SECRETS.values():
        assert redacted(redacted(text)) == redacted(text)


def said(ring: LogRing, text: str, level: int = logging.INFO, name: str = "vedette.pipeline.health") -> None:
    ring.handle(logging.LogRecord(name, level, __file__, 1, text, None, None))


def test_a_line_has_a_number_a_part_and_its_text_without_credentials():
    ring = LogRing()
    said(ring, "rtsp://me:mine@cam/1 is lost\nand gone", logging.WARNING)
    (line,) = ring.lines()
    assert (line.number, line.level_name, line.part) == (1, "warning", "pipeline.health")
    assert line.text == "rtsp://***@cam/1 is lost and gone"


def test_the_last_lines_are_kept_and_found_by_number_and_level():
    ring = LogRing(kept=10)
    for number in range(1, 31):
        said(ring, f"line {number}", logging.WARNING if number % 2 else logging.INFO)
    assert [line.number for line in ring.lines()] == list(range(21, 31))
    assert [line.number for line in ring.lines(after=28)] == [29, 30]
    assert [line.number for line in ring.lines(level=logging.WARNING)] == [21, 23, 25, 27, 29]
    assert [line.number for line in ring.lines(limit=2)] == [29, 30]
    assert ring.last == 30


def test_an_errors_kind_is_kept_and_not_its_text():
    ring = LogRing()
    about = (ValueError, ValueError("hunter2"), None)
    ring.handle(logging.LogRecord("vedette", logging.ERROR, __file__, 1, "it failed", None, about))
    assert ring.lines()[0].text == "it failed (ValueError)"


def test_it_hears_what_is_said_between_attach_and_detach():
    ring, log = LogRing(), logging.getLogger("vedette.test_log_ring")
    ring.attach()
    ring.attach()
    try:
        log.warning("heard")
    finally:
        ring.detach()
    log.warning("not heard")
    assert [line.text for line in ring.lines() if line.part == "test_log_ring"] == ["heard"]
