"""The demonstration as a user sees it: a process, its screen, and what it leaves on disk."""

from __future__ import annotations

import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import httpx
import pytest

from parts.sentry import eventually
from parts.vedette_process import (
    TRACEBACK,
    attempts,
    environment,
    run_vedette,
    start_vedette,
    without_network,
)
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.values.event import Event

ROW = re.compile(r"│ (?P<rule>[^│]+?) +│ (?P<label>\w+) +│ +(?P<start>[\d.]+) s │ +(?P<end>[\d.]+|open)")


@dataclass(frozen=True)
class Shown:
    """A row of the printed table; seconds of the clip."""

    rule: str
    label: str
    start: float
    end: float


@dataclass(frozen=True)
class Played:
    folder: Path
    result: subprocess.CompletedProcess[str]

    @property
    def shown(self) -> list[Shown]:
        found = [match.groupdict() for match in ROW.finditer(self.result.stdout)]
        return [Shown(row["rule"], row["label"], float(row["start"]), float(row["end"])) for row in found]

    @property
    def events(self) -> list[Event]:
        database = Database(self.folder / "events.sqlite")
        try:
            return list(reversed(EventTable(database).list(limit=None)))
        finally:
            database.close()


def play(clip: str, home: Path, given: dict[str, str] | None = None) -> Played:
    arguments = {**(given or environment()), "VEDETTE_HOME": str(home)}
    result = run_vedette("demo", "--once", "--clip", clip, given=arguments)
    return Played(home / "demo" / clip, result)


@pytest.fixture(scope="session")
def person(tmp_path_factory, lite0_int8, person_clip) -> Played:
    return play("person", tmp_path_factory.mktemp("person"))


@pytest.fixture(scope="session")
def finch(tmp_path_factory, lite0_int8, finch_clip) -> Played:
    return play("finch", tmp_path_factory.mktemp("finch"))


@pytest.fixture(params=["person", "finch"])
def played(request) -> Played:
    return request.getfixturevalue(request.param)


def seconds_of(clip: Path) -> float:
    with av.open(str(clip)) as container:
        return float(container.duration / av.time_base)


def test_it_ends_well_and_says_nothing_of_errors(played):
    assert (played.result.returncode, played.result.stderr) == (0, "")


def test_it_says_which_frames_it_was_taught_from_and_they_are_at_most_ten(played):
    lines = [line for line in played.result.stdout.splitlines() if " taught from " in line]
    counts = [int(re.search(r"taught from (\d+) frames", line)[1]) for line in lines]
    told = [re.findall(r"\d+(?:\.\d+)?(?=,| s\b|;)", re.search(r"\((.*?)\)", line)[1]) for line in lines]
    assert [len(seconds) for seconds in told] == counts
    assert 0 < sum(counts) <= 10
    assert all("leave-one-out" in line for line in lines)


def test_the_person_opens_an_event_on_entering_and_closes_it_after_leaving(person, person_clip):
    assert person.shown
    assert min(row.start for row in person.shown) >= 2.0
    true = [row for row in person.shown if row.label == "person" and row.start <= 3.0]
    assert len(true) >= 1
    assert all(7.1 <= row.end <= seconds_of(person_clip) for row in true)


def test_the_person_who_crosses_once_is_one_event(person):
    assert len(person.shown) == 1


def test_the_finch_is_on_the_right_perch_from_hop_to_hop(finch):
    (row,) = [row for row in finch.shown if row.rule == "on the right perch"]
    assert row.label == "perch"
    assert 6.3 <= row.start <= 7.3
    assert 13.7 <= row.end <= 14.8


def test_the_finch_is_at_the_feeder_from_landing_to_the_end(finch, finch_clip):
    (row,) = [row for row in finch.shown if row.rule == "at the feeder"]
    assert row.label == "feeder"
    assert 16.9 <= row.start <= 18.0
    assert seconds_of(finch_clip) - 0.5 <= row.end <= seconds_of(finch_clip)


def test_the_store_holds_what_was_shown_each_opened_once_and_closed_once(played):
    kept = [(event.rule, event.label) for event in played.events]
    assert kept == [(row.rule, row.label) for row in played.shown]
    assert len({event.id for event in played.events}) == len(kept)
    for event, row in zip(played.events, played.shown, strict=True):
        assert event.closed_at is not None
        assert event.close_reason
        assert event.measures["dwell_seconds"] == pytest.approx(row.end - row.start, abs=0.11)
        assert 0.5 < event.score <= 1


def test_every_event_has_a_snapshot_of_the_whole_frame(played, person_clip, finch_clip):
    clip = person_clip if played.folder.name == "person" else finch_clip
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        size = (stream.height, stream.width)
    for event in played.events:
        path = played.folder / event.snapshot
        assert str(path) in played.result.stdout
        assert path.read_bytes()[:3] == b"\xff\xd8\xff"
        assert cv2.imread(str(path)).shape[:2] == size


@pytest.mark.parametrize("clip", ["person", "finch"])
def test_a_second_run_in_the_same_home_asks_nothing_of_a_network(
    clip, tmp_path, lite0_int8, person_clip, finch_clip
):
    home = tmp_path / "home"
    first = play(clip, home)
    second = play(clip, home, without_network(tmp_path))
    assert (second.result.returncode, second.result.stderr) == (0, "")
    assert [(row.rule, row.start, row.end) for row in second.shown] == [
        (row.rule, row.start, row.end) for row in first.shown
    ]
    assert len(second.events) == len(second.shown)
    assert attempts(tmp_path) == ""


def test_a_first_run_without_network_and_clip_says_how_to_put_it_by_hand(tmp_path):
    given = {**without_network(tmp_path), "VEDETTE_CACHE": str(tmp_path / "cache")}
    result = run_vedette("demo", "--once", given=given)
    assert result.returncode == 1
    assert "vedette: 'person' could not be fetched" in result.stderr
    assert str(tmp_path / "cache" / "files" / "person.mp4") in result.stderr
    assert TRACEBACK not in result.stderr


def test_an_unknown_clip_is_answered_with_the_known_ones():
    result = run_vedette("demo", "--clip", "dog")
    assert result.returncode == 2
    assert "There are: person, finch." in result.stderr


@pytest.fixture
def paced(tmp_path, built, lite0_int8, person_clip):
    """The demonstration as one leaves it running, and the address that it says."""
    given = environment(VEDETTE_HOME=str(tmp_path), PYTHONUNBUFFERED="1", VEDETTE_PAGE=str(built))
    with start_vedette("demo", given=given) as process:
        said = iter(process.stdout)
        address = next(found[1] for line in said if (found := re.search(r"The page: (http://\S+)", line)))
        try:
            yield process, address
        finally:
            process.kill()


def events_at(address: str) -> list[dict[str, object]]:
    return httpx.get(f"{address}/api/v1/events", timeout=40).json()["events"]


def test_its_page_can_be_opened_by_anybody_on_this_machine(paced):
    _, address = paced
    eventually(lambda: is_answered(address), "an answer")
    assert "<title>Vedette</title>" in httpx.get(address).text
    assert httpx.get(f"{address}/api/v1/session").json()["access"] == "anyone"
    assert address.startswith("http://127.0.0.1:")


def is_answered(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=40).is_success
    except httpx.TransportError:
        return False


def test_ctrl_c_ends_it_with_what_happened_and_nothing_stays_open(paced, tmp_path):
    process, address = paced
    eventually(lambda: is_answered(address) and events_at(address), "an event")
    process.send_signal(signal.SIGINT)
    printed, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "")
    played = Played(tmp_path / "demo" / "person", None)
    assert [event.is_open for event in played.events] == [False] * len(played.events)
    assert [row["rule"] for row in ROW.finditer(printed)] == [event.rule for event in played.events]


def test_the_clip_plays_again_and_again(paced):
    _, address = paced
    eventually(lambda: is_answered(address) and len(events_at(address)) > 1, "an event in the second run")


def test_a_second_one_takes_another_port(paced, tmp_path):
    _, address = paced
    given = environment(VEDETTE_HOME=str(tmp_path / "other"), PYTHONUNBUFFERED="1")
    with start_vedette("demo", given=given) as second:
        found = (re.search(r"The page: (http://\S+)", line) for line in second.stdout)
        assert next(each[1] for each in found if each) != address
        second.kill()
