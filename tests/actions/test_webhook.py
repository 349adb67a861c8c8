import asyncio
import base64
import hashlib
import hmac
import logging
import socket

import pytest
from pydantic import ValidationError

from parts.happenings import event
from parts.webhook_peer import WebhookPeer
from vedette.actions.protocol import Letter
from vedette.actions.webhook import WebhookAction, WebhookSettings
from vedette.errors import ActionError
from vedette.values.event import Phase

SECRETS = ("geheim", "s3cr3t", "token")
LETTER = Letter("01:open:phone", Phase.OPEN, event())


def post(url, timeout_seconds=10.0, times=1, **settings):
    async def carry_out():
        chosen = WebhookSettings(url=url, timeout_seconds=timeout_seconds, **settings)
        action = WebhookAction("phone", chosen, clock=lambda: 1_700_000_000.9)
        try:
            await action.open()
            for _ in range(times):
                await action.carry_out(LETTER)
        finally:
            await action.close()

    asyncio.run(carry_out())


def refusal(url, timeout_seconds=10.0):
    with pytest.raises(ActionError) as caught:
        post(url, timeout_seconds)
    assert not any(secret in str(caught.value) for secret in SECRETS)
    return str(caught.value)


def test_the_event_is_posted_as_json_with_its_phase():
    with WebhookPeer().serving() as peer:
        post(peer.url("/hook?token=1"))
    ((path, headers, body),) = peer.requests
    assert headers["Idempotency-Key"] == body["key"] == "01:open:phone"
    assert "X-Vedette-Signature" not in headers
    assert path == "/hook?token=1"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"].startswith("vedette/")
    assert (body["phase"], body["id"], body["camera"], body["label"]) == ("open", "01", "door", "prey")


def test_name_and_password_of_the_address_are_sent_and_not_logged(caplog):
    caplog.set_level(logging.DEBUG)
    with WebhookPeer().serving() as peer:
        post(peer.url("/token", "geheim:s3cr3t@"))
    ((_, headers, _),) = peer.requests
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"geheim:s3cr3t").decode()
    assert not any(secret in caplog.text for secret in SECRETS)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (500, "answered with an error (500). Look at its own log."),
        (503, "answered with an error (503). Look at its own log."),
        (401, "refuses the name or password (401). Check the address of the webhook."),
        (404, "knows no such path (404). Check the address of the webhook."),
        (302, "redirects elsewhere, which is not followed (302). Check the address of the webhook."),
    ],
)
def test_an_answer_that_is_no_success_is_a_sentence(status, sentence):
    with WebhookPeer(status).serving() as peer:
        assert refusal(peer.url("/token", "geheim:s3cr3t@")) == f"http://127.0.0.1:{peer.port} {sentence}"
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("status", "is_permanent"),
    [
        (400, True),
        (404, True),
        (410, True),
        (408, False),
        (425, False),
        (429, False),
        (302, False),
        (500, False),
    ],
)
def test_only_a_refusal_that_will_not_pass_is_final(status, is_permanent):
    with WebhookPeer(status).serving() as peer, pytest.raises(ActionError) as caught:
        post(peer.url())
    assert caught.value.is_permanent is is_permanent


def test_a_receiver_with_the_secret_can_tell_who_sent_a_body_and_when(caplog):
    caplog.set_level(logging.DEBUG)
    with WebhookPeer().serving() as peer:
        post(peer.url(), secret="geheim-und-lang")
    ((_, headers, _),) = peer.requests
    signed = headers["X-Vedette-Timestamp"].encode() + b"." + peer.bodies[0]
    digest = hmac.new(b"geheim-und-lang", signed, hashlib.sha256).hexdigest()
    assert headers["X-Vedette-Timestamp"] == "1700000000"
    assert headers["X-Vedette-Signature"] == f"sha256={digest}"
    assert "geheim" not in caplog.text


def test_a_peer_that_hangs_is_given_up():
    with WebhookPeer(hangs=True).serving() as peer:
        told = refusal(peer.url("/token"), timeout_seconds=0.2)
        peer.release.set()
    assert told.startswith(f"http://127.0.0.1:{peer.port} did not answer within 0.2 s.")


def test_a_closed_port_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        told = refusal(f"http://geheim:s3cr3t@127.0.0.1:{port}/token")
    assert told == f"http://127.0.0.1:{port} cannot be reached. Is it running, and is the address right?"


def test_a_peer_that_hangs_up_is_said():
    with WebhookPeer(hangs=True).serving() as peer:
        peer.release.set()
        told = refusal(peer.url("/token"))
    assert "the connection broke (RemoteProtocolError)" in told


def test_a_peer_that_is_no_web_server_is_said():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        async def carry_out():
            action = WebhookAction("phone", WebhookSettings(url=f"http://127.0.0.1:{port}/token"))
            posting = asyncio.create_task(action.carry_out(LETTER))
            connection, _ = await asyncio.to_thread(server.accept)
            with connection:
                connection.sendall(b"220 mail.example ESMTP\r\n\r\n")
                try:
                    await posting
                finally:
                    await action.close()

        with pytest.raises(ActionError, match="the connection broke"):
            asyncio.run(carry_out())


def test_one_connection_serves_many_events():
    with WebhookPeer().serving() as peer:
        post(peer.url(), times=3)
    assert len(peer.requests) == 3


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://geheim:s3cr3t@host/token", "must begin with http:// or https://"),
        ("file:///etc/token", "must begin with http:// or https://"),
        ("http://", "has no host"),
        ("http://geheim:s3cr3t@host:99999/token", "no valid host and port"),
        ("http://[geheim/token", "no valid host and port"),
        ("s3cr3t", "must begin with http:// or https://"),
    ],
)
def test_an_address_that_is_none_is_refused_without_showing_it(url, sentence):
    with pytest.raises(ValidationError, match=sentence) as caught:
        WebhookSettings(url=url)
    assert not any(secret in str(caught.value) for secret in SECRETS)


def test_settings_never_show_the_address():
    settings = WebhookSettings(url="http://geheim:s3cr3t@host/token")
    shown = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert not any(secret in shown for secret in SECRETS)
