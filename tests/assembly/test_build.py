"""Parts put together from settings, with the real network."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from parts.demonstrated import taught
from vedette.assembly.assemble import build_appliance
from vedette.assembly.build import DEFAULT_NETWORK, backend_settings, build_networks, build_watch
from vedette.assembly.demonstration import FINCH, PERSON
from vedette.config.schema import Config
from vedette.errors import ConfigurationError, UsageError
from vedette.events.lifecycle import UNCLEAN_STOP
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.store.store import DATABASE_NAME


@pytest.fixture(scope="session")
def home(tmp_path_factory, lite0_int8, person_clip, finch_clip) -> Path:
    folder = tmp_path_factory.mktemp("home")
    taught(PERSON, person_clip, folder)
    return taught(FINCH, finch_clip, folder)


@pytest.fixture
def classifiers(home) -> Path:
    return home / "classifiers"


def config(demonstration, clip: Path, storage: Path, **more) -> Config:
    return Config.model_validate({**demonstration.configuration(clip, storage, is_paced=False), **more})


@pytest.mark.parametrize(
    ("engine", "device"),
    [("litert", "gpu"), ("openvino", "edgetpu"), ("onnxruntime", "npu"), ("tensorflow", "cpu")],
)
def test_an_engine_or_device_that_there_is_not_is_a_sentence(engine, device):
    with pytest.raises(ConfigurationError) as caught:
        backend_settings(engine, device)
    assert engine in caught.value.message
    assert caught.value.remedy
    assert "pydantic" not in str(caught.value)


def test_a_number_of_threads_that_cannot_be_is_a_sentence():
    with pytest.raises(ConfigurationError, match="threads"):
        backend_settings("litert", "cpu", -3)


def test_a_devices_name_may_be_written_large_or_small():
    assert backend_settings("openvino", "gpu.1") == backend_settings("openvino", "GPU.1")
    assert backend_settings("litert", "CPU") == backend_settings("litert")


def test_classifiers_of_one_network_share_it_and_its_queue(classifiers):
    networks = build_networks(classifiers, threads=1)
    feeder, queue = networks.classifier("feeder")
    perch, same = networks.classifier("perch")
    assert queue is same
    assert (feeder.name, perch.name) == ("feeder", "perch")
    networks.close()


def test_an_appliance_that_cannot_be_built_lets_go_of_its_storage(classifiers, person_clip, tmp_path):
    relay = {"kind": "gpio", "device": {"kind": "relay", "pin": 17, "safe": "low"}}
    asked = config(PERSON, person_clip, tmp_path, actions={"one": relay, "other": relay})
    with pytest.raises(ConfigurationError, match="pin 17 is given to one and other"):
        build_appliance(asked, classifiers=classifiers)
    Database(tmp_path / DATABASE_NAME).close()


def test_a_stopped_appliance_lets_go_of_its_storage_and_leaves_nothing_open(
    classifiers, person_clip, tmp_path
):
    asked = config(PERSON, person_clip, tmp_path)
    for _ in range(2):
        appliance = build_appliance(asked, classifiers=classifiers)
        appliance.start()
        assert appliance.supervisor.wait(60)
        assert appliance.settle()
        events = appliance.events.list()
        assert appliance.stop()
    assert [(event.label, event.is_open) for event in events] == [("person", False)] * 2
    assert UNCLEAN_STOP not in {event.close_reason for event in events}


def test_a_thread_that_does_not_end_in_time_leaves_no_event_open(classifiers, person_clip, tmp_path):
    """A watcher holds the camera's thread in the middle of an event, as a dead network does."""

    held, release = threading.Event(), threading.Event()

    def hold(trail) -> None:
        if any(verdict.state == "active" for verdict in trail.verdicts):
            held.set()
            release.wait(60)

    appliance = build_appliance(config(PERSON, person_clip, tmp_path), [hold], classifiers)
    appliance.start()
    assert held.wait(60)
    assert not appliance.stop(timeout_seconds=0.1)
    database = Database(tmp_path / DATABASE_NAME)
    (event,) = EventTable(database).list()
    database.close()
    assert (event.is_open, event.close_reason) == (False, "the appliance stopped")
    release.set()
    assert appliance.supervisor.wait(60)


def test_the_only_classifier_answers_posted_pictures_and_two_need_a_choice(
    classifiers, person_clip, finch_clip, tmp_path
):
    one = build_appliance(config(PERSON, person_clip, tmp_path / "one"), classifiers=classifiers)
    assert (one.classifiers, one.default_classifier) == (("lawn",), "lawn")
    one.stop()
    two = build_appliance(config(FINCH, finch_clip, tmp_path / "two"), classifiers=classifiers)
    assert (two.classifiers, two.default_classifier) == (("feeder", "perch"), None)
    two.stop()


def test_a_source_that_cannot_be_one_is_told(monkeypatch, home):
    monkeypatch.setenv("VEDETTE_HOME", str(home))
    with pytest.raises(UsageError, match="gopher"):
        build_watch("gopher://x", ["lawn"], lambda trail: None)


def test_the_demonstrations_are_taught_from_at_most_ten_frames_with_the_default_network():
    for demonstration in (PERSON, FINCH):
        seconds = [s for lesson in demonstration.lessons for each in lesson.seconds.values() for s in each]
        assert len(seconds) <= 10
    assert DEFAULT_NETWORK == "efficientnet-lite0"
