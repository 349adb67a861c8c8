"""The whole sentry as a process: a real RTSP camera with a password, real decisions, events, a webhook."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from urllib.parse import quote, urlsplit

import cv2
import httpx
import pytest
from ruamel.yaml import YAML

from parts.demonstrated import as_cameras_send, taught
from parts.rtsp_server import Access, RtspServer, why_not
from parts.sentry import Sentry, eventually
from parts.vedette_process import TRACEBACK
from parts.webhook_peer import WebhookPeer
from vedette.assembly.demonstration import PERSON
from vedette.events.lifecycle import UNCLEAN_STOP
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.values.event import Event

SIZE = (1280, 720)
USER = "viewer"
PASSWORD = "s3cr3t/p@ss"
HOOK_TOKEN = "t0ken-of-the-hook"
SECRETS = (PASSWORD, quote(PASSWORD, safe=""), HOOK_TOKEN)
SECONDS_TO_END = 5

pytestmark = pytest.mark.timeout(150)


@pytest.fixture(scope="session")
def home(tmp_path_factory, lite0_int8, person_clip) -> Path:
    return taught(PERSON, person_clip, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def stream(tmp_path_factory, person_clip) -> Path:
    if reason := why_not():
        pytest.skip(reason)
    return as_cameras_send(person_clip, tmp_path_factory.mktemp("stream") / "person.mp4", SIZE)


@pytest.fixture
def camera(stream, tmp_path):
    with RtspServer(stream, tmp_path, Access("digest", USER, PASSWORD)) as server:
        yield server


@pytest.fixture
def hook():
    with WebhookPeer().serving() as peer:
        yield peer


@pytest.fixture
def configuration(home, tmp_path, monkeypatch, camera, hook) -> Path:
    """The demonstration's questions asked of a real camera."""
    monkeypatch.setenv("VEDETTE_HOME", str(home))
    monkeypatch.setenv("DOOR_URL", camera.url(f"{USER}:{quote(PASSWORD, safe='')}"))
    monkeypatch.setenv("HOOK_URL", hook.url(f"/hook/{HOOK_TOKEN}"))
    return write_configuration(tmp_path / "house.yaml")


def write_configuration(path: Path) -> Path:
    described = PERSON.configuration(Path("unused"), path.parent / "storage", is_paced=True)
    (lawn,) = described["cameras"].values()
    lawn["source"] = {
        "kind": "rtsp",
        "url": "URL",
        "reconnection": {"first_seconds": 0.2, "longest_seconds": 0.5, "steady_seconds": 0.5},
    }
    lawn["rules"][0]["actions"] = ["log", "phone"]
    described["cameras"] = {"garden": lawn}
    described["service"] = {"port": 0, "access": "anyone"}
    described["actions"] = {"log": {"kind": "log"}, "phone": {"kind": "webhook", "url": "HOOK"}}
    with path.open("w") as file:
        YAML().dump(described, file)
    text = (
        path.read_text().replace("url: URL", "url: !env DOOR_URL").replace("url: HOOK", "url: !env HOOK_URL")
    )
    path.write_text(text)
    return path


def kept(configuration: Path) -> list[Event]:
    database = Database(configuration.parent / "storage" / "events.sqlite")
    try:
        return list(reversed(EventTable(database).list(limit=None)))
    finally:
        database.close()


def phases(hook: WebhookPeer) -> list[tuple[str, str]]:
    return [(body["phase"], body["id"]) for _, _, body in hook.requests]


def wait_for(hook: WebhookPeer, phase: str) -> None:
    eventually(lambda: phase in [told for told, _ in phases(hook)], f"the webhook's {phase}")


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text() + Path(f"/proc/{pid}/comm").read_text()


def test_a_person_before_the_camera_becomes_an_event_and_a_call(configuration, hook):
    with Sentry(configuration) as sentry:
        wait_for(hook, "close")
        shown = [sentry.get("/api/v1/cameras").text, sentry.get("/api/v1/system").text]
        assert sentry.camera()["state"] == "connected"
        titles = command_line(sentry.pid)
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    first = kept(configuration)[0]
    told = [phase for phase, identity in phases(hook) if identity == first.id]
    assert (told[0], told[-1]) == ("open", "close")
    assert (told.count("open"), told.count("close")) == (1, 1)
    assert (first.camera, first.rule, first.label) == ("garden", "on the lawn", "person")
    assert first.score > 0.8
    snapshot = cv2.imread(str(configuration.parent / "storage" / first.snapshot))
    assert snapshot.shape == (SIZE[1], SIZE[0], 3)
    assert all(not event.is_open for event in kept(configuration))
    assert TRACEBACK not in sentry.text
    assert [secret for secret in SECRETS for text in (sentry.text, titles, *shown) if secret in text] == []
    assert "house.yaml" in titles


def test_a_posted_picture_is_answered_while_the_camera_works(configuration, hook):
    with Sentry(configuration) as sentry:
        wait_for(hook, "open")
        (snapshot,) = (configuration.parent / "storage" / "snapshots").rglob("*.jpg")
        before = sentry.camera()["frames"]
        for _ in range(5):
            answer = httpx.post(f"{sentry.address}/api/image", content=snapshot.read_bytes(), timeout=20)
            assert answer.status_code == 200
            tags = answer.json()["tags"]
            assert max(tags, key=tags.get) == "person"
        eventually(lambda: sentry.camera()["frames"] > before, "frames while pictures are posted")
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0


def test_a_camera_that_dies_and_comes_back_is_watched_again(configuration, camera):
    with Sentry(configuration) as sentry:
        eventually(lambda: sentry.camera()["frames"] > 10, "the first frames")
        camera.kill()
        eventually(lambda: sentry.camera()["state"] != "connected", "the loss")
        eventually(lambda: sentry.camera()["last_error"], "the reason")
        lost = sentry.get("/api/v1/cameras").text
        frames = sentry.camera()["frames"]
        camera.start()
        eventually(lambda: sentry.camera()["frames"] > frames + 10, "frames after the return")
        assert sentry.camera()["reconnects"] >= 1
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    assert TRACEBACK not in sentry.text
    assert [secret for secret in SECRETS for text in (sentry.text, lost) if secret in text] == []


def test_an_event_that_is_open_at_the_stop_is_closed_and_told(configuration, hook):
    with Sentry(configuration) as sentry:
        wait_for(hook, "open")
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    (event,) = kept(configuration)
    assert (event.is_open, event.close_reason) == (False, "the camera was stopped")
    assert [phase for phase, _ in phases(hook)][-1] == "close"


def test_ctrl_c_ends_it_with_130_and_its_events_closed(configuration, hook):
    with Sentry(configuration) as sentry:
        wait_for(hook, "open")
        assert sentry.ends(signal.SIGINT, SECONDS_TO_END) == 130
    assert TRACEBACK not in sentry.text
    assert [event.is_open for event in kept(configuration)] == [False]


def test_a_dead_camera_and_a_hanging_client_do_not_hold_up_the_stop(configuration, hook, camera):
    with Sentry(configuration) as sentry:
        wait_for(hook, "open")
        address = urlsplit(sentry.address)
        camera.stall()
        with socket.create_connection((address.hostname, address.port)) as client:
            client.sendall(b"POST /api/image HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf")
            assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
        camera.resume()
    assert [event.is_open for event in kept(configuration)] == [False]
    assert TRACEBACK not in sentry.text


def test_what_a_kill_left_open_is_closed_at_the_next_start_and_told(configuration, hook):
    with Sentry(configuration) as sentry:
        wait_for(hook, "open")
        assert sentry.ends(signal.SIGKILL, SECONDS_TO_END) == -signal.SIGKILL
    (left,) = kept(configuration)
    assert left.is_open
    with Sentry(configuration) as sentry:
        wait_for(hook, "close")
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    closed = kept(configuration)[0]
    assert (closed.id, closed.close_reason, closed.is_open) == (left.id, UNCLEAN_STOP, False)
    assert ("close", left.id) in phases(hook)
