"""`vedette run` of somebody who has nothing yet: from the first start to a camera that decides."""

from __future__ import annotations

import signal
from urllib.parse import quote

import httpx
import pytest

from parts.sentry import Sentry, eventually
from parts.taught_pictures import jpeg
from parts.vedette_process import TRACEBACK


@pytest.fixture
def newcomer(tmp_path, monkeypatch):
    """Nothing is there: no configuration, no classifier."""
    for name, folder in (("XDG_CONFIG_HOME", "config"), ("VEDETTE_HOME", "home")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    folder = tmp_path / "config" / "vedette"
    folder.mkdir(parents=True)
    # The first start writes it; the port is taken by whoever tests beside us.
    return folder / "vedette.yaml"


def change(sentry, method, path, body):
    root = f"{sentry.address}/api/v1/configuration"
    etag = httpx.get(root, timeout=40).json()["etag"]
    reply = httpx.request(method, f"{root}/{path}?etag={etag}", json=body, timeout=40)
    assert reply.status_code < 300, reply.text
    return reply.json()


def test_the_first_start_writes_a_configuration_with_comments(newcomer):
    from vedette.config.first import first_configuration
    from vedette.config.loading import load_config

    assert first_configuration() == newcomer
    assert newcomer.read_text().startswith("# Vedette's configuration.")
    assert load_config(newcomer).cameras == {}
    newcomer.write_text("# mine\n")
    first_configuration()
    assert newcomer.read_text() == "# mine\n"


def test_from_an_empty_file_to_a_camera_that_decides_without_an_editor(newcomer, tmp_path, lite0_int8):
    newcomer.write_text("# Mine.\nservice: {port: 0, access: anyone}\ncameras: {}   # none yet\n")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(4):
        (pictures / f"{number}.jpg").write_bytes(jpeg("cat", number))
    with Sentry(None) as sentry:
        assert httpx.get(f"{sentry.address}/api/v1/cameras", timeout=40).json() == []
        source = {"kind": "folder", "path": str(pictures), "loop": True, "frames_per_second": 10}
        trial = f"{sentry.address}/api/v1/configuration/cameras/test"
        assert httpx.post(trial, json={"source": source}, timeout=40).json()["ok"]
        change(sentry, "PUT", "cameras/garden", {"source": source})
        eventually(lambda: sentry.camera()["frames"] > 0, "the first picture")

        ask(sentry, "", {"name": "cats"})
        change(sentry, "PUT", "cameras/garden/classifiers", {"classifiers": ["cats"]})
        rule = {"kind": "presence", "name": "a cat", "classifier": "cats", "label": "cat"}
        change(sentry, "POST", "cameras/garden/rules", {"rule": rule})
        troubles = sentry.get("/api/v1/system").json()["troubles"]
        assert troubles["classifier cats"] == "`cats` is not taught yet: teach it in the page."
        eventually(lambda: sentry.camera()["rules"], "a judged frame")
        assert sentry.camera()["rules"][0]["state"] == "undecided"
        assert "is not taught yet" in sentry.camera()["rules"][0]["reason"]

        for label in ("background", "cat"):
            for number in range(4):
                address = f"{sentry.address}/api/v1/classifiers/cats/examples?label={quote(label)}"
                picture, kind = jpeg(label, number), {"Content-Type": "image/jpeg"}
                reply = httpx.post(address, content=picture, headers=kind, timeout=60)
                assert reply.status_code == 201, reply.text
        ask(sentry, "/cats/teach", {})
        eventually(lambda: sentry.camera()["rules"][0]["state"] == "active", "a decision")
        assert "classifier cats" not in sentry.get("/api/v1/system").json()["troubles"]
        assert sentry.ends(signal.SIGTERM, 5) == 0
    assert TRACEBACK not in sentry.text
    text = newcomer.read_text()
    assert text.startswith("# Mine.\nservice: {port: 0, access: anyone}\ncameras:   # none yet\n  garden:\n")


def ask(sentry, path, body):
    reply = httpx.post(f"{sentry.address}/api/v1/classifiers{path}", json=body, timeout=60)
    assert reply.status_code < 300, reply.text
