from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from parts.clips import scene, write_clip
from parts.decoded_clip import decoded_clip
from parts.happenings import START, event
from parts.reels import fill, filled, packets, ring
from parts.rtsp_server import RtspServer
from parts.rtsp_server import why_not as why_no_server
from parts.small_disk import small_disk
from parts.small_disk import why_not as why_no_small_disk
from vedette.errors import StoreError
from vedette.events.clip_file import ClipFile
from vedette.events.clips import ClipRecorder, ClipSettings
from vedette.sources.rtsp import RtspSettings, RtspSource
from vedette.values.event import Phase
from vedette.writing import TEMPORARY

pytestmark = pytest.mark.timeout(60)


class Books:
    """Notes which clips were kept, as the store does."""

    def __init__(self):
        self.rows = []
        self._noted = threading.Semaphore(0)

    def __call__(self, event_id, path):
        self.rows.append((event_id, path))
        self._noted.release()

    def wait(self):
        assert self._noted.acquire(timeout=30)
        return self.rows[-1]


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """12 s, a key frame every 0.48 s."""
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", 300)


@pytest.fixture
def books():
    return Books()


class Impatient:
    """A second is soon over; every event opens now, unless `late_seconds` says otherwise."""

    late_seconds = 0.0

    def monotonic(self):
        return 15 * time.monotonic()

    def now(self):
        return START + timedelta(seconds=self.late_seconds)


CLOCKS = Impatient()


@pytest.fixture
def begin(tmp_path, books):
    """Begins recorders that soon take a camera for silent, and ends them."""
    begun = []

    def start(reels, storage=tmp_path, on_kept=books, clocks=CLOCKS, **settings):
        recorder = ClipRecorder(ClipSettings.model_validate(settings), storage, reels.get, on_kept, clocks)
        begun.append(recorder)
        recorder.start()
        return recorder

    yield start
    for each in begun:
        each.close(30)


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_an_events_clip_lies_under_its_day_and_is_noted_once(clip, tmp_path, begin, books):
    recorder = begin({"door": filled(clip)})
    happened = event("01abc", opened_at=datetime(2026, 3, 1, 0, 30, tzinfo=UTC))
    for phase in (Phase.OPEN, Phase.UPDATE, Phase.UPDATE, Phase.CLOSE):
        recorder(phase, happened, b"jpeg")
    assert books.wait() == ("01abc", "clips/2026/03/01/01abc.mp4")
    recorder.close(30)
    assert books.rows == [("01abc", "clips/2026/03/01/01abc.mp4")]
    assert files(tmp_path) == ["clips/2026/03/01/01abc.mp4"]
    assert (recorder.counts.kept, recorder.counts.given_up, recorder.counts.under_way) == (1, 0, 0)


def test_the_day_is_that_of_utc(clip, tmp_path, begin, books):
    from datetime import timezone

    recorder = begin({"door": filled(clip)})
    at = datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    recorder(Phase.OPEN, event("01abc", opened_at=at), None)
    recorder.close(30)
    assert books.rows == [("01abc", "clips/2026/02/28/01abc.mp4")]


def test_a_live_event_has_its_pre_and_post_roll(clip, tmp_path, begin, books):
    kept = ring()
    recorder = begin({"door": kept}, pre_roll_seconds=2, post_roll_seconds=1)
    for seconds in fill(kept, clip):
        if seconds == pytest.approx(5):
            recorder(Phase.OPEN, event("01abc"), None)
        if seconds == pytest.approx(7):
            recorder(Phase.CLOSE, event("01abc"), None)
    _, path = books.wait()
    decoded = decoded_clip(tmp_path / path)
    assert len(decoded.pictures) == round((8.0 - 2.88) / 0.04) + 1
    assert np.abs(decoded.pictures[0].astype(int) - scene(72)).mean() < 4


@pytest.mark.parametrize(("late", "expected"), [(0, 2), (3, 5), (-3600, 2), (3600, 10.5)])
def test_an_event_told_late_has_its_pre_roll_all_the_same(clip, begin, books, late, expected):
    clocks = Impatient()
    clocks.late_seconds = late
    recorder = begin({"door": filled(clip)}, clocks=clocks, pre_roll_seconds=2)
    recorder(Phase.OPEN, event("01abc"), None)
    recorder.close(30)
    seconds = decoded_clip(recorder._storage / books.rows[0][1]).seconds
    assert expected <= seconds <= min(12, expected + 2)


def test_two_events_at_one_time_have_each_their_own(clip, tmp_path, begin, books):
    recorder = begin({"door": filled(clip)}, pre_roll_seconds=3)
    for identity in ("01a", "01b"):
        recorder(Phase.OPEN, event(identity), None)
    for identity in ("01a", "01b"):
        recorder(Phase.CLOSE, event(identity), None)
    books.wait(), books.wait()
    assert {identity for identity, _ in books.rows} == {"01a", "01b"}
    assert len(files(tmp_path)) == 2


def test_closing_keeps_what_is_there_of_an_open_event(clip, tmp_path, begin, books):
    recorder = begin({"door": filled(clip)}, pre_roll_seconds=4)
    recorder(Phase.OPEN, event("01abc"), None)
    recorder.close(30)
    recorder.close(30)
    assert decoded_clip(tmp_path / books.rows[0][1]).seconds == pytest.approx(4, abs=0.6)


@pytest.mark.parametrize("why_none", ["no reel", "an empty reel", "not wanted"])
def test_no_stream_or_no_wish_is_no_clip(clip, tmp_path, begin, books, why_none):
    reels = {"no reel": {}, "an empty reel": {"door": ring()}, "not wanted": {"door": filled(clip)}}
    recorder = begin(reels[why_none], enabled=why_none != "not wanted")
    recorder(Phase.OPEN, event("01abc"), None)
    recorder(Phase.CLOSE, event("01abc"), None)
    recorder.close(30)
    assert books.rows == []
    assert files(tmp_path) == []


def test_a_close_of_an_event_of_an_earlier_run_is_nothing_to_it(clip, begin, books):
    recorder = begin({"door": filled(clip)})
    recorder(Phase.CLOSE, event("01abc"), None)
    recorder.close(30)
    assert books.rows == []


def test_a_store_that_fails_to_note_a_clip_ends_no_other_and_the_clip_stays(clip, tmp_path, begin, caplog):
    noted = threading.Semaphore(0)

    def fails(identity, path):
        noted.release()
        raise {"01a": StoreError("the database is locked."), "01b": RuntimeError("a fault")}[identity]

    recorder = begin({"door": filled(clip)}, on_kept=fails, pre_roll_seconds=1)
    for identity in ("01a", "01b"):
        recorder(Phase.OPEN, event(identity), None)
        recorder(Phase.CLOSE, event(identity), None)
    assert noted.acquire(timeout=30)
    assert noted.acquire(timeout=30)
    recorder.close(30)
    assert recorder.counts.kept == 2
    assert len(files(tmp_path)) == 2
    assert "the database is locked" in caplog.text


class Odd:
    """A camera whose packets are not what they say."""

    def __init__(self, reel, **changes):
        self._reel, self._changes = reel, changes
        self.newest_seconds = reel.newest_seconds

    def since(self, seconds):
        if "error" in self._changes:
            raise self._changes["error"]
        changed = replace(self._reel.since(seconds)[0].format, **self._changes)
        return [replace(each, format=changed) for each in self._reel.since(seconds)]

    def after(self, sequence, timeout_seconds=0.0):
        return []


@pytest.mark.parametrize(
    "changes",
    [
        {"extradata": b"\x01"},
        {"extradata": b"\x01" + b"\xff" * 30},
        {"codec": "hevc"},
        {"codec": "mpeg4"},
        {"codec": "vp9"},
        {"codec": "mjpeg"},
        {"width": 0, "height": 0},
        {"error": RuntimeError("a fault")},
    ],
    ids=str,
)
def test_a_camera_that_lies_about_its_stream_costs_no_other_its_clip(clip, begin, books, changes):
    recorder = begin({"odd": Odd(filled(clip), **changes), "door": filled(clip)}, pre_roll_seconds=1)
    for identity, camera in (("01odd", "odd"), ("01good", "door")):
        recorder(Phase.OPEN, event(identity, camera=camera), None)
        recorder(Phase.CLOSE, event(identity, camera=camera), None)
    recorder.close(30)
    assert "01good" in {identity for identity, _ in books.rows}
    assert not list(recorder._storage.rglob(f"{TEMPORARY}*"))


@pytest.mark.skipif(why_no_small_disk() is not None, reason=why_no_small_disk() or "a disk can be mounted")
def test_a_full_disk_costs_the_clip_and_the_next_is_kept(clip, tmp_path, begin, books, caplog):
    with small_disk(tmp_path / "disk", megabytes=4) as disk:
        kept = ring()
        recorder = begin({"door": kept}, storage=disk.folder, pre_roll_seconds=1, post_roll_seconds=0)
        for seconds in fill(kept, clip):
            if seconds == pytest.approx(2):
                recorder(Phase.OPEN, event("01a"), None)
                wait_for(lambda: recorder.counts.under_way == 1)
                disk.fill()
        recorder(Phase.CLOSE, event("01a"), None)
        wait_for(lambda: recorder.counts.given_up == 1)
        assert files(disk.folder) == ["ballast"]
        assert (
            "event 01a has no clip: the clip 01a.mp4 cannot be kept: No space left on device." in caplog.text
        )
        disk.free()
        recorder(Phase.OPEN, event("01b"), None)
        recorder(Phase.CLOSE, event("01b"), None)
        assert books.wait()[0] == "01b"
        assert len(decoded_clip(disk.folder / books.rows[0][1]).pictures) >= 25
        recorder.close(30)
    assert [identity for identity, _ in books.rows] == ["01b"]


def wait_for(is_so):
    tick = threading.Event()
    for _ in range(3000):
        if is_so():
            return
        tick.wait(0.01)
    raise AssertionError("it did not come about")


def test_what_a_killed_run_left_is_mended_and_noted_at_the_next_start(clip, tmp_path, begin, books):
    day = tmp_path / "clips/2026/03/01"
    held = filled(clip).after(-1)
    killed = ClipFile(day, "01abc", held[0].format)
    for packet in held[:100]:
        killed.add(packet)
    left = (day / f"{TEMPORARY}01abc.mp4").read_bytes()
    killed.abandon()
    (day / f"{TEMPORARY}01abc.mp4").write_bytes(left)
    recorder = begin({})
    assert books.wait() == ("01abc", "clips/2026/03/01/01abc.mp4")
    assert recorder.counts.mended == 1
    assert len(decoded_clip(day / "01abc.mp4").pictures) > 70
    assert files(tmp_path) == ["clips/2026/03/01/01abc.mp4"]


@pytest.mark.skipif(why_no_server() is not None, reason=why_no_server() or "the RTSP server runs")
def test_the_clip_of_a_real_camera_shows_what_it_sent_unchanged(finch_clip, tmp_path, begin, books):
    with RtspServer(finch_clip, tmp_path) as server:
        source = RtspSource("feeder", RtspSettings.model_validate({"url": server.url()}))
        recorder = begin(
            {"feeder": source.packets}, storage=tmp_path / "kept", pre_roll_seconds=1, post_roll_seconds=0.5
        )
        happened = event("01abc", camera="feeder")
        frames = source.frames()
        for frame in frames:
            if frame.sequence == 50:
                recorder(Phase.OPEN, happened, None)
            if frame.sequence == 60:
                recorder(Phase.CLOSE, happened, None)
            if books.rows:
                break
        frames.close()
        sent = {b"".join(re.split(rb"\x00?\x00\x00\x01", each.data)) for each in source.packets.after(-1)}
    decoded = decoded_clip(tmp_path / "kept" / books.rows[0][1])
    assert decoded.size == (1280, 720)
    assert (decoded.tag, decoded.pixel_format) == ("avc1", "yuv420p")
    assert decoded.begins_with_keyframe
    assert 1.5 < decoded.seconds < 20
    assert all(picture.std() > 10 for picture in decoded.pictures[::10])
    held = [b"".join(units(each.data)) for each in packets(tmp_path / "kept" / books.rows[0][1])]
    assert len(held) == len(decoded.pictures)
    assert all(each in sent for each in held[1:]), "the first has its parameter sets before it"


def units(data):
    """Of H.264 in MP4: each has its length before it."""
    while data:
        length = int.from_bytes(data[:4], "big")
        yield data[4 : 4 + length]
        data = data[4 + length :]
