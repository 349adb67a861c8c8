import asyncio
import base64
import logging

import pytest
from pydantic import ValidationError

from parts.happenings import event
from parts.webhook_peer import WebhookPeer
from vedette.actions.notify import NotifyAction, NotifySettings
from vedette.actions.protocol import Letter
from vedette.errors import ActionError
from vedette.values.event import Phase

# Apprise looks for a module that Python 3.13 no longer has.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SECRETS = ("geheim", "s3cr3t", "token")
LETTER = Letter("01:open:phone", Phase.OPEN, event(), b"\xff\xd8jpeg")


def address(peer):
    return f"json://geheim:s3cr3t@127.0.0.1:{peer.port}/token"


def action(*urls, **settings):
    return NotifyAction("phone", NotifySettings(urls=urls, **settings))


def send(told, letter=LETTER):
    async def carry_out():
        await told.open()
        try:
            await told.carry_out(letter)
        finally:
            await told.close()

    asyncio.run(carry_out())


def test_title_text_and_picture_are_sent_and_no_address_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    with WebhookPeer().serving() as peer:
        send(action(address(peer), title="{camera}: {label} {told}", body="{score} sure"))
    ((path, headers, body),) = peer.requests
    assert path.rstrip("/") == "/token"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"geheim:s3cr3t").decode()
    assert (body["title"], body["message"]) == ("door: prey began", "50% sure")
    (attached,) = body["attachments"]
    assert (attached["filename"], attached["mimetype"]) == ("01.jpg", "image/jpeg")
    assert base64.b64decode(attached["base64"]) == LETTER.snapshot_jpeg
    assert not any(secret in caplog.text for secret in SECRETS)


def test_a_message_without_a_picture_is_sent_too():
    with WebhookPeer().serving() as peer:
        send(action(address(peer)), Letter("key", Phase.OPEN, event()))
    assert peer.requests[0][2]["attachments"] == []


def test_a_service_that_fails_is_said_without_its_address(caplog):
    caplog.set_level(logging.DEBUG)
    with WebhookPeer(500).serving() as peer, pytest.raises(ActionError) as caught:
        send(action(address(peer)))
    assert "was not taken by address 1 (json)" in str(caught.value)
    assert not caught.value.is_permanent
    assert not any(secret in caplog.text + str(caught.value) for secret in SECRETS)


def test_who_has_the_message_does_not_get_it_again_when_another_failed():
    with WebhookPeer().serving() as good, WebhookPeer(500).serving() as bad:
        told = action(address(good), address(bad))
        with pytest.raises(ActionError, match=r"address 2 \(json\)"):
            send(told)
        bad.status = 200
        send(told)
    assert (len(good.requests), len(bad.requests)) == (1, 2)


def test_a_service_that_hangs_is_given_up():
    with WebhookPeer(hangs=True).serving() as peer:
        told = action(address(peer), timeout_seconds=0.5)
        with pytest.raises(ActionError, match=r"not taken within 0.5 s"):
            asyncio.run(asyncio.wait_for(given_up(told, peer), 20))


async def given_up(told, peer):
    try:
        await told.carry_out(LETTER)
    finally:
        peer.release.set()


def test_an_address_that_apprise_does_not_know_is_said_without_showing_it(caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ActionError, match=r"address 1 \(nosuch\) is none that Apprise understands"):
        send(action("nosuch://s3cr3t@token"))
    assert not any(secret in caplog.text for secret in SECRETS)


@pytest.mark.parametrize("url", ["s3cr3t", "://s3cr3t", "json://", "s3 cr3t://token"])
def test_what_is_no_address_is_refused_without_showing_it(url):
    with pytest.raises(ValidationError, match="service://") as caught:
        NotifySettings(urls=[url])
    assert "s3cr3t" not in str(caught.value)


def test_settings_never_show_an_address():
    settings = NotifySettings(urls=["json://geheim:s3cr3t@host/token"])
    shown = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert not any(secret in shown for secret in SECRETS)


def test_a_place_that_is_unknown_is_refused():
    with pytest.raises(ValidationError, match="is one of"):
        NotifySettings(urls=["json://host"], title="{url}")
