"""`vedette run` on a video: how it starts, ends, and refuses to start."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import httpx
import pytest
from ruamel.yaml import YAML

from parts.demonstrated import taught
from parts.sentry import Sentry, eventually
from parts.vedette_process import TRACEBACK
from vedette.assembly.demonstration import PERSON
from vedette.cli.run import _ending_well
from vedette.store.database import Database
from vedette.store.events import EventTable

SECONDS_TO_END = 5


@pytest.fixture(scope="session")
def home(tmp_path_factory, lite0_int8, person_clip) -> Path:
    return taught(PERSON, person_clip, tmp_path_factory.mktemp("home"))


@pytest.fixture
def house(home, tmp_path, person_clip, monkeypatch):
    """Writes the demonstration's configuration, changed as asked."""
    monkeypatch.setenv("VEDETTE_HOME", str(home))

    def write(*, port: int = 0, video: Path = person_clip, is_paced: bool = False) -> Path:
        described = PERSON.configuration(video, tmp_path / "storage", is_paced=is_paced)
        described["cameras"][PERSON.camera]["gate"]["masks"] = [
            [list(corner) for corner in mask] for mask in PERSON.masks
        ]
        described["service"] = {"port": port, "access": "anyone"}
        path = tmp_path / "house.yaml"
        with path.open("w") as file:
            YAML().dump(described, file)
        return path

    return write


def kept(storage: Path):
    database = Database(storage / "events.sqlite")
    try:
        return EventTable(database).list(limit=None)
    finally:
        database.close()


def test_once_ends_with_the_video_its_event_kept_and_told(house, tmp_path):
    with Sentry(house(), "--once") as sentry:
        assert sentry.wait() == 0
    (event,) = kept(tmp_path / "storage")
    assert (event.label, event.is_open) == ("person", False)
    assert "first decision" in sentry.text
    told = [line for line in sentry.said if event.id in line]
    assert "lawn: person (on the lawn) began" in told[0]
    assert "ended after" in told[-1]
    assert TRACEBACK not in sentry.text


def test_once_says_by_its_exit_code_that_a_camera_failed(house, tmp_path):
    (tmp_path / "text.mp4").write_text("hello")
    with Sentry(house(video=tmp_path / "text.mp4"), "--once") as sentry:
        assert sentry.wait() == 1
    assert "ERROR   camera lawn:" in sentry.text
    assert "is not a video that can be read" in sentry.text
    assert TRACEBACK not in sentry.text


def test_without_once_the_service_stays_when_the_video_has_ended(house):
    with Sentry(house()) as sentry:
        eventually(lambda: sentry.camera()["state"] == "ended", "the end of the video")
        assert httpx.post(f"{sentry.address}/api/image", content=b"no picture").status_code == 422
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0


def test_told_to_stop_before_it_serves_it_ends_well(house, tmp_path):
    with Sentry(house(is_paced=True)) as sentry:
        eventually(lambda: "answers on" in sentry.text, "the start")
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    assert TRACEBACK not in sentry.text
    assert [event.is_open for event in kept(tmp_path / "storage") if event.is_open] == []


@pytest.fixture
def own_signals():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_told_to_stop_in_the_middle_of_an_import_it_ends_well_too(own_signals):
    def told_while_a_module_in_c_is_begun():
        try:
            signal.raise_signal(signal.SIGTERM)
        except SystemExit:
            raise ImportError("initialization failed") from None

    with pytest.raises(SystemExit) as ended, _ending_well():
        told_while_a_module_in_c_is_begun()
    assert ended.value.code == 0


def test_a_module_that_is_not_there_is_not_hidden_by_that(own_signals):
    with pytest.raises(ImportError, match="no such"), _ending_well():
        raise ImportError("no such module")


def test_a_port_that_is_taken_is_told_before_a_camera_starts(house, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Sentry(house(port=port)) as sentry:
            assert sentry.wait() == 2
    assert f"cannot listen on 127.0.0.1, port {port}: Address already in use" in sentry.text
    assert "house.yaml" in sentry.text.partition("set service.port in")[2]
    assert "set service.port" in sentry.text
    assert not (tmp_path / "storage").exists()
    assert TRACEBACK not in sentry.text


def test_a_second_one_on_the_same_storage_is_refused(house):
    path = house(is_paced=True)
    with Sentry(path) as first:
        eventually(lambda: "first decision" in first.text, "the first one's start")
        with Sentry(path) as second:
            assert second.wait() == 1
        assert "is in use by another Vedette" in second.text
        assert TRACEBACK not in second.text
        assert first.ends(signal.SIGTERM, SECONDS_TO_END) == 0


def test_a_classifier_that_is_not_taught_yet_is_told_and_the_camera_runs_without_it(
    house, tmp_path, monkeypatch
):
    monkeypatch.setenv("VEDETTE_HOME", str(tmp_path / "elsewhere"))
    with Sentry(house(is_paced=True)) as sentry:
        eventually(lambda: sentry.camera()["rules"], "a judged frame")
        assert sentry.camera()["rules"][0]["state"] == "undecided"
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    assert "`lawn` is not taught yet: teach it in the page." in sentry.text
