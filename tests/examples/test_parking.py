"""The parking space: the phone rings when the car has left."""

from __future__ import annotations

import signal

import pytest

from parts.sentry import Sentry, eventually
from parts.vedette_process import TRACEBACK

pytestmark = pytest.mark.timeout(150)


def test_the_phone_rings_when_the_space_has_become_free(example, camera, phone, monkeypatch):
    monkeypatch.setenv("STREET_CAMERA", camera.url())
    monkeypatch.setenv("PHONE", f"json://127.0.0.1:{phone.port}/")
    path = example("parking")
    # At night the example keeps quiet, and this test may run then; the clip's street is empty for 3 s only.
    quick = path.read_text().replace('quiet_hours: ["22:00-07:00"]', "quiet_hours: []")
    path.write_text(quick.replace("after_seconds: 5", "after_seconds: 1"))
    with Sentry(path) as sentry:
        eventually(lambda: phone.requests, "the car's leaving")
        (_, _, message) = phone.requests[0]
        assert message["title"] == "street: the space is free"
        assert sentry.ends(signal.SIGTERM, 5) == 0
    assert TRACEBACK not in sentry.text
