"""The whole way: the real network, a classifier taught a moment ago, the appliance, the service."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest

from parts.taught_pictures import jpeg, noon
from parts.web_server import serving
from vedette.assembly.assemble import build_appliance
from vedette.assembly.build import build_embedder
from vedette.config.loading import load_config
from vedette.folders import classifiers_folder
from vedette.pixels.picture import encode_jpeg
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.manifest import Origin
from vedette.teaching.session import TeachingSession
from vedette.teaching.taught import TaughtClassifier

CLASSES = ("background", "cat", "mouse")
CONFIGURATION = """
storage: {folder: events}
service: {classifier: door}
cameras:
  garden: {source: {kind: push}, classifiers: [door]}
"""


def teach_door() -> TaughtClassifier:
    """The classifier `door` in this test's home, by the real network."""
    embedder = build_embedder(threads=1)
    folder = ClassifierFolder(classifiers_folder(), "door")
    with TeachingSession(folder, embedder, Origin(), noon) as session:
        for label in CLASSES:
            for seed in range(6):
                session.add(jpeg(label, seed), f"{label} {seed}", label)
        session.teach()
        session.save()
    return TaughtClassifier.open(classifiers_folder(), "door", embedder)


@pytest.fixture
def door(lite0_int8: Path) -> TaughtClassifier:
    return teach_door()


@pytest.fixture
def client(door, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vedette.yaml").write_text(CONFIGURATION)
    appliance = build_appliance(load_config(tmp_path / "vedette.yaml"))
    appliance.start()
    try:
        with serving(appliance) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        assert appliance.stop()


def test_a_posted_picture_gets_the_classifiers_own_confidences(client, door):
    for label in CLASSES:
        picture = jpeg(label, 40)
        expected = door.classify_bytes(picture).classification
        for given in ({"content": picture}, {"files": {"image": ("picture.jpg", picture)}}):
            tags = client.post("/api/image", **given).json()["tags"]
            if expected.is_unknown:
                assert tags == {"unknown": 1.0}
            else:
                assert tags == pytest.approx(dict(expected.confidences), abs=1e-3)
                assert max(tags, key=tags.get) == label
    assert client.post("/api/image", content=jpeg("mouse", 0)).json()["tags"]["mouse"] > 0.5


def test_a_picture_like_none_of_the_classes_is_unknown_and_nothing_else(client, door):
    chequers = np.kron(np.indices((8, 8)).sum(axis=0) % 2, np.ones((40, 40)))
    picture = encode_jpeg((chequers[..., None] * [255, 0, 255]).astype(np.uint8))
    assert door.classify_bytes(picture).classification.is_unknown
    assert client.post("/api/image", content=picture).json() == {"tags": {"unknown": 1.0}}


def test_posts_and_pushes_at_once_are_all_answered(client):
    def ask(seed: int) -> int:
        if seed % 4 == 0:
            return client.post("/api/v1/cameras/garden/frames", content=jpeg("cat", seed)).status_code
        return client.post("/api/image", content=jpeg("mouse", seed)).status_code

    with ThreadPoolExecutor(8) as many:
        statuses = list(many.map(ask, range(40)))
    assert [status for seed, status in enumerate(statuses) if seed % 4] == [200] * 30
    assert [status for seed, status in enumerate(statuses) if seed % 4 == 0] == [202] * 10
    (garden,) = client.get("/api/v1/cameras").json()
    assert garden["state"] == "connected"


def test_only_the_pushed_camera_takes_pushes(client):
    assert client.post("/api/v1/cameras/gardn/frames", content=jpeg("cat", 1)).status_code == 404
    refused = client.post("/api/v1/cameras/garden/frames", content=b"no picture")
    assert refused.status_code == 422
    assert set(refused.json()) == {"error", "remedy"}


ADDRESSES = [
    "/metrics",
    "/api/v1/system",
    "/api/v1/cameras",
    "/api/v1/cameras/garden",
    "/api/v1/cameras/garden/snapshot",
    "/api/v1/events",
    "/api/v1/outbox",
    "/api/v1/actions",
    "/api/v1/actuators",
    "/api/v1/classifiers/door",
    "/api/v1/classifiers/door/examples",
    "/api/v1/explain?camera=garden&at=2026-05-01T12:00:00Z",
    "/api/v1/explain/rows?camera=garden&at=2026-05-01T12:00:00Z",
]


def test_the_real_appliance_answers_every_address(client):
    assert client.post("/api/v1/cameras/garden/frames", content=jpeg("cat", 1)).status_code == 202
    ready = until(lambda: client.get("/readyz"), lambda reply: reply.status_code == 200)
    assert ready.json() == {"is_ready": True, "reasons": []}
    answers = {path: client.get(path).status_code for path in ADDRESSES}
    assert answers == dict.fromkeys(ADDRESSES, 200)


def test_a_running_appliance_is_taught_over_http_and_answers_by_it(client):
    before = client.post("/api/image", content=jpeg("dog", 40)).json()["tags"]
    assert "dog" not in before
    for seed in range(6):
        given = {"params": {"label": "dog"}, "content": jpeg("dog", seed)}
        assert client.post("/api/v1/classifiers/door/examples", **given).status_code == 201
    report = client.post("/api/v1/classifiers/door/teach").json()
    assert (report["trouble"], report["classes"]) == (None, ["background", "cat", "dog", "mouse"])
    after = client.post("/api/image", content=jpeg("dog", 0)).json()["tags"]
    assert max(after, key=after.get) == "dog"
    client.post("/api/v1/classifiers/door/undo")
    assert "dog" not in client.post("/api/image", content=jpeg("dog", 0)).json()["tags"]


def until(look, is_well):
    """What `look` gives when it is well, or after some seconds."""
    for _ in range(1000):
        seen = look()
        if is_well(seen):
            break
        threading.Event().wait(0.01)
    return seen
