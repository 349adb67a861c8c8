"""An example's own file, with a real camera before it and a real phone behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from parts.demonstrated import as_cameras_send, taught
from parts.door import DOOR
from parts.rtsp_server import RtspServer, why_not
from parts.webhook_peer import WebhookPeer

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def taught_home(tmp_path_factory, lite0_int8, person_clip) -> Path:
    return taught(DOOR, person_clip, tmp_path_factory.mktemp("home"))


@pytest.fixture
def camera(person_clip, tmp_path):
    if reason := why_not():
        pytest.skip(reason)
    with RtspServer(as_cameras_send(person_clip, tmp_path / "cat.mp4"), tmp_path) as server:
        yield server


@pytest.fixture
def phone():
    with WebhookPeer().serving() as peer:
        yield peer


@pytest.fixture
def example(taught_home, tmp_path, monkeypatch) -> Callable[[str], Path]:
    """The example as it is, on any free port; what it records lies below this test's folder."""
    monkeypatch.setenv("VEDETTE_HOME", str(taught_home))

    def copied(name: str) -> Path:
        own = EXAMPLES / name / f"{name}.yaml"
        path = tmp_path / own.name
        added = f"\nservice: {{port: 0, access: anyone}}\nstorage: {{folder: {tmp_path / 'storage'}}}\n"
        path.write_text(own.read_text() + added)
        return path

    return copied
