"""The cat door: it opens for the cat, not for the mouse, and is locked whenever anything fails."""

from __future__ import annotations

import signal

import pytest

from parts.sentry import Sentry, eventually
from parts.vedette_process import TRACEBACK

pytestmark = pytest.mark.timeout(150)


def lock(sentry):
    (only,) = sentry.get("/api/v1/actuators").json()
    return only


def test_it_opens_for_the_cat_stays_shut_for_the_mouse_and_tells_the_phone(
    example, camera, phone, monkeypatch
):
    monkeypatch.setenv("FLAP_CAMERA", camera.url())
    monkeypatch.setenv("PHONE", f"json://127.0.0.1:{phone.port}/")
    with Sentry(example("cat-door"), GPIOZERO_PIN_FACTORY="mock") as sentry:
        assert lock(sentry)["state"] != "acting"
        eventually(lambda: lock(sentry)["state"] == "acting", "the cat at the door")
        eventually(lambda: lock(sentry)["state"] == "safe", "the mouse in its mouth")
        phone.wait()
        (_, _, message) = phone.requests[0]
        assert "prey" in message["title"] + message["message"]
        assert message["attachments"][0]["mimetype"] == "image/jpeg"
        camera.kill()
        eventually(lambda: "camera lost" in str(phone.requests), "the phone to know of the lost camera")
        assert lock(sentry)["state"] == "safe"
        assert sentry.ends(signal.SIGTERM, 5) == 0
    assert TRACEBACK not in sentry.text


def test_nobody_sees_it_open_before_the_first_decision_or_after_the_end(example, camera, phone, monkeypatch):
    monkeypatch.setenv("FLAP_CAMERA", camera.url())
    monkeypatch.setenv("PHONE", f"json://127.0.0.1:{phone.port}/")
    with Sentry(example("cat-door"), GPIOZERO_PIN_FACTORY="mock") as sentry:
        eventually(lambda: lock(sentry)["state"] == "acting", "the cat at the door")
        sentry.tell(signal.SIGKILL)
        sentry.wait()
    said = [line for line in sentry.said if "lock" in line and "safe" in line]
    assert said, sentry.text
