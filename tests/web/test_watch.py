"""Watching a camera, as the page does it: real cameras, the real service, a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from websockets.exceptions import InvalidStatus

from parts.clips import scene, write_clip
from parts.reels import fill, ring
from parts.rtsp_server import RtspServer, why_not
from parts.sentry import eventually
from parts.watcher import FRAGMENT, INITIALISATION, JPEG, Picture, decoded, watching
from parts.web_server import FakeAppliance, frame, serving, stored_appliance, trail
from vedette.assembly.assemble import build_appliance
from vedette.assembly.screening import Screenings, Sources
from vedette.config.schema import Config
from vedette.pixels.picture import decode_picture
from vedette.sources.protocol import SourceStatus
from vedette.values.geometry import Box
from vedette.values.observation import GateVerdict, Looked, NotLooked, RuleVerdict
from vedette.values.prediction import Classification
from vedette.values.trail import Trail
from vedette.video.segments import LEAD_SECONDS
from vedette.web.limits import Limits

QUICK = {"first_seconds": 0.1, "longest_seconds": 0.3, "steady_seconds": 0.2}


@contextmanager
def service(folder, source, limits: Limits | None = None) -> Iterator[int]:
    """The port of a real service with one real camera, `door`, that nobody asks anything."""
    described = {"storage": {"folder": str(folder / "storage")}, "cameras": {"door": {"source": source}}}
    appliance = build_appliance(Config.model_validate(described), classifiers=folder / "classifiers")
    appliance.start()
    try:
        with serving(appliance, limits) as port:
            yield port
    finally:
        appliance.stop()


@contextmanager
def camera_server(*clips, folder) -> Iterator[RtspServer]:
    if reason := why_not():
        pytest.skip(reason)
    with RtspServer(clips[0], folder, then=clips[1:]) as server:
        yield server


def rtsp(server: RtspServer) -> dict[str, object]:
    return {"kind": "rtsp", "url": server.url(), "read_timeout_seconds": 1.0, "reconnection": QUICK}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("watch") / "clip.mp4", 50)


@pytest.fixture
def live(clip, tmp_path):
    """A real RTSP camera's service."""
    with camera_server(clip, folder=tmp_path) as server, service(tmp_path, rtsp(server)) as port:
        yield port


def is_video(camera: str = "door") -> bool:
    """Whether anybody makes video of the camera."""
    return f"video: {camera}" in [thread.name for thread in threading.enumerate()]


def test_one_sees_the_pictures_that_the_camera_sends(live):
    with watching(live) as watcher:
        watcher.until(lambda: len(watcher.fragments) >= 30)
    (start,) = watcher.told("start")
    assert start["mime"].startswith('video/mp4; codecs="avc1.')
    assert (start["kind"], start["width"], start["height"]) == ("video", 320, 240)
    kinds = [each.kind for each in watcher.came if isinstance(each, Picture)]
    assert kinds == [INITIALISATION] + [FRAGMENT] * (len(kinds) - 1)
    assert watcher.fragments[0].is_keyframe
    shown = decoded(watcher.video())
    assert len(shown) == len(watcher.fragments)
    sent = [scene(index).astype(int) for index in range(50)]
    for picture in shown[::5]:
        pixels = picture.to_ndarray(format="rgb24").astype(int)
        assert min(np.abs(pixels - each).mean() for each in sent) < 6


def test_looks_are_of_the_pictures_that_are_shown(live):
    with watching(live) as watcher:
        watcher.until(lambda: len(watcher.fragments) >= 40 and len(watcher.told("look")) >= 10)
        newest = watcher.told("look")[-1]["seconds"]
        watcher.until(lambda: watcher.fragments[-1].seconds > newest)
    shown = [each.seconds for each in watcher.fragments]
    looked = [each["seconds"] for each in watcher.told("look") if each["seconds"] >= shown[0]]
    assert looked
    assert all(min(abs(seconds - other) for other in shown) < 0.02 for seconds in looked)
    times = [picture.time - LEAD_SECONDS for picture in decoded(watcher.video())]
    assert times == pytest.approx(sorted(shown)[: len(times)], abs=0.001)


def test_all_who_watch_get_the_same_which_is_made_once(live):
    with watching(live) as one, watching(live) as other:
        one.until(lambda: len(one.fragments) >= 20)
        other.until(lambda: len(other.fragments) >= 20)
        assert [thread.name for thread in threading.enumerate()].count("video: door") == 1
    known = {each.seconds: each.data for each in one.fragments}
    shared = [each for each in other.fragments if each.seconds in known]
    assert shared
    assert all(known[each.seconds] == each.data for each in shared)


def test_nothing_is_made_when_the_last_one_has_left(live):
    with watching(live) as watcher:
        watcher.until(lambda: watcher.fragments)
        assert is_video()
    eventually(lambda: not is_video(), "the end of the thread that makes video")
    with watching(live) as again:
        again.until(lambda: again.fragments)
        assert again.fragments[0].is_keyframe


def test_a_camera_that_was_lost_comes_back_by_itself(clip, tmp_path):
    with (
        camera_server(clip, folder=tmp_path) as server,
        service(tmp_path, rtsp(server)) as port,
        watching(port) as watcher,
    ):
        watcher.until(lambda: len(watcher.fragments) >= 5)
        server.kill()
        before = watcher.fragments[-1].seconds
        server.start()
        watcher.until(lambda: len(watcher.told("start")) == 2 and watcher.fragments[-1].seconds > before)
        watcher.until(lambda: len(decoded(watcher.video())) >= 5)


def test_another_size_in_mid_stream_begins_anew(tmp_path):
    clips = [
        write_clip(tmp_path / f"{width}.mp4", 25, size=(width, height))
        for width, height in ((320, 240), (160, 120))
    ]
    with (
        camera_server(*clips, folder=tmp_path) as server,
        service(tmp_path, rtsp(server)) as port,
        watching(port) as watcher,
    ):
        watcher.until(lambda: {320, 160} <= {start["width"] for start in watcher.told("start")})
        watcher.until(lambda: watcher.came[-1] in watcher.fragments)
        (picture, *_) = decoded(watcher.video())
        assert picture.width == watcher.told("start")[-1]["width"]


def test_a_camera_whose_video_is_for_no_fragments_is_shown_by_jpeg(tmp_path):
    film = write_clip(tmp_path / "film.webm", 50, codec="libvpx-vp9", options={"deadline": "realtime"})
    with (
        service(tmp_path, {"kind": "video", "path": str(film), "loop": True}) as port,
        watching(port, query="width=160&fps=10") as watcher,
    ):
        watcher.until(lambda: len(watcher.pictures(JPEG)) >= 3)
    (start,) = watcher.told("start")
    assert (start["kind"], start["width"], start["height"]) == ("jpeg", 320, 240)
    pictures = watcher.pictures(JPEG)
    assert decode_picture(pictures[0].data).shape == (120, 160, 3)
    assert pictures[0].seconds < pictures[1].seconds < pictures[2].seconds


def test_jpeg_may_be_asked_for(live):
    with watching(live, query="pictures=jpeg") as watcher:
        watcher.until(lambda: len(watcher.pictures(JPEG)) >= 2)
    assert watcher.told("start")[0]["kind"] == "jpeg"
    assert watcher.fragments == []


def test_one_may_want_no_pictures(live):
    with watching(live, query="pictures=none") as watcher:
        watcher.until(lambda: len(watcher.told("look")) >= 5)
        assert not is_video()
    assert [each for each in watcher.came if isinstance(each, Picture)] == []


@pytest.fixture
def stored(tmp_path):
    with stored_appliance(tmp_path) as appliance:
        yield appliance


@pytest.fixture
def port(stored):
    with serving(stored, Limits(watchers=2)) as port:
        yield port


LAWN, DOOR = Box(0.1, 0.2, 0.5, 1.0), Box(0.5, 0.5, 0.75, 0.75)


def test_a_look_says_what_each_stage_made_of_the_picture(stored, port):
    looked = Trail(
        frame("garden", 7, 12.5),
        GateVerdict(is_open=True, reason="moving", energy=0.03, threshold=0.01, boxes=(DOOR,)),
        {
            "lawn": Looked("moving", Classification("cat", {"cat": 0.9, "mouse": 0.1})),
            "door": NotLooked("the network was busy"),
        },
        (RuleVerdict("visitor", "active", True, 3.4, 2.2, -0.8, 0.97, "cat 0.97"),),
        0.0041,
    )
    with watching(port, "garden", "pictures=none") as watcher:
        eventually(lambda: "garden" in stored.looks._onlookers, "the onlooker")
        stored.looks.watch([SimpleNamespace(name="lawn", region=LAWN)], looked)
        told = watcher.next()
    assert told.pop("now") >= told.pop("at")
    assert told == {
        "type": "look",
        "seconds": 12.5,
        "latency_ms": 4.1,
        "gate": {
            "is_open": True,
            "reason": "moving",
            "energy": 0.03,
            "threshold": 0.01,
            "boxes": [[0.5, 0.5, 0.75, 0.75]],
        },
        "looks": [
            {
                "classifier": "lawn",
                "region": [0.1, 0.2, 0.5, 1.0],
                "looked": True,
                "reason": "moving",
                "label": "cat",
                "confidence": 0.9,
                "confidences": {"cat": 0.9, "mouse": 0.1},
            },
            {"classifier": "door", "region": None, "looked": False, "reason": "the network was busy"},
        ],
        "rules": [
            {
                "rule": "visitor",
                "state": "active",
                "evidence": 3.4,
                "enter_at": 2.2,
                "leave_at": -0.8,
                "confidence": 0.97,
                "reason": "cat 0.97",
            }
        ],
    }


@pytest.mark.parametrize("query", ["", "pictures=none"])
def test_a_wrong_camera_is_not_there(port, query):
    with pytest.raises(InvalidStatus) as refused, watching(port, "gardn", query):
        pass
    assert refused.value.response.status_code == 404
    assert b"'garden'" in refused.value.response.body


@pytest.mark.parametrize("query", ["pictures=film", "width=1", "width=9999", "fps=0", "fps=60"])
def test_wishes_that_cannot_be_are_refused(port, query):
    with pytest.raises(InvalidStatus), watching(port, "garden", query):
        pass


def test_there_is_room_for_so_many_and_again_when_one_has_left(port):
    def is_refused() -> int | None:
        try:
            with watching(port, "garden", "pictures=none"):
                return None
        except InvalidStatus as refused:
            return refused.response.status_code

    with watching(port, "garden", "pictures=none"), watching(port, "garden", "pictures=none"):
        assert is_refused() == 503
    eventually(lambda: is_refused() is None, "a place")


def test_who_watches_is_sent_away_when_the_service_ends(tmp_path):
    with stored_appliance(tmp_path) as appliance, ExitStack() as staying:
        with serving(appliance) as port:
            watcher = staying.enter_context(watching(port, "garden"))
        code, _ = watcher.ends()
    # Going away, by us, or service restart, by the server: whichever is quicker.
    assert code in {1001, 1012}


def test_who_watches_is_told_that_the_camera_is_gone(stored, port):
    with watching(port, "garden", "pictures=none") as watcher:
        del stored.plans["garden"]
        assert watcher.ends() == (4404, "There is no such camera any more.")


def test_who_says_something_is_not_heard_and_not_sent_away(stored, port):
    with watching(port, "garden", "pictures=none") as watcher:
        eventually(lambda: "garden" in stored.looks._onlookers, "the onlooker")
        watcher.socket.send("hello")
        watcher.socket.send(b"\x00" * 100)
        stored.show("garden", trail("garden", 1, 3.0))
        assert watcher.next()["seconds"] == 3.0


def noise(path):
    """A clip whose every picture is large."""
    import av

    random = np.random.default_rng(7)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 640, 480, "yuv420p", 10
        stream.options = {"preset": "ultrafast", "bf": "0", "crf": "1", "sc_threshold": "0"}
        for _ in range(20):
            pixels = random.integers(0, 256, (480, 640, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path


def test_one_who_is_slow_goes_on_at_a_key_frame_and_holds_up_nobody(tmp_path):
    film, kept = noise(tmp_path / "noise.mp4"), ring(seconds=4, megabytes=30)
    source = SimpleNamespace(packets=kept)
    list(fill(kept, film))
    appliance = FakeAppliance(
        cameras={"door": SourceStatus()},
        screenings=Screenings(Sources(lambda _: source, lambda _: frame("door"))),
    )
    with (
        serving(appliance) as port,
        watching(port, ping_interval=None) as slow,
        watching(port, ping_interval=None) as quick,
    ):
        slow.until(lambda: slow.fragments)
        for number in range(1, 5):
            list(fill(kept, film, since=number * 2.0))
            newest = kept.newest_seconds
            quick.until(lambda newest=newest: quick.fragments and quick.fragments[-1].seconds >= newest)
        slow.until(lambda: slow.fragments[-1].seconds >= newest)
    shown = slow.fragments
    skipped = [later for earlier, later in pairwise(shown) if later.seconds - earlier.seconds > 0.15]
    assert skipped
    assert all(each.is_keyframe for each in skipped)
