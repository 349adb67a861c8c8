from __future__ import annotations

import io
from itertools import pairwise

import av
import numpy as np
import pytest

from parts.clips import write_clip
from parts.reels import fill, packets, ring
from vedette.video.segments import LEAD_SECONDS, Segments

SMOOTH = {"preset": "ultrafast", "bf": "2", "b-adapt": "0"}
STREAMS = {
    "h264": ("libx264", {"preset": "ultrafast", "bf": "0"}, ".mp4"),
    "h264, pictures out of turn": ("libx264", SMOOTH, ".mp4"),
    "h264, parameter sets in the packets": ("libx264", {"preset": "ultrafast", "bf": "0"}, ".ts"),
    "hevc": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none:open-gop=0"}, ".mp4"),
    "hevc, parameter sets in the packets": (
        "libx265",
        {"preset": "ultrafast", "x265-params": "log-level=none:open-gop=0:repeat-headers=1"},
        ".ts",
    ),
}


@pytest.fixture(scope="module", params=list(STREAMS))
def clip(request, tmp_path_factory):
    codec, options, suffix = STREAMS[request.param]
    path = tmp_path_factory.mktemp("segments") / f"clip{suffix}"
    return write_clip(path, 40, codec=codec, options=options)


def fragments(given, rotation: int = 0):
    segments = Segments(rotation)
    made = (segments.add(packet) for packet in given)
    return [each for each in made if each is not None]


def played(made) -> bytes:
    return made[0].beginning.initialisation + b"".join(each.data for each in made)


def pictures(data: bytes) -> list[tuple[float, np.ndarray]]:
    with av.open(io.BytesIO(data), format="mp4") as container:
        return [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def originals(path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_what_is_played_are_the_pictures_that_were_sent(clip):
    shown = pictures(played(fragments(packets(clip))))
    sent = originals(clip)
    assert len(shown) == len(sent) == 40
    assert all(np.array_equal(picture, other) for (_, picture), other in zip(shown, sent, strict=True))


def test_a_pictures_time_in_the_video_is_its_cameras(clip):
    given = packets(clip)
    shown = [time for time, _ in pictures(played(fragments(given)))]
    assert shown == pytest.approx(sorted(each.seconds + LEAD_SECONDS for each in given), abs=1e-4)
    assert [each.seconds for each in fragments(given)] == [each.seconds for each in given]


def test_it_begins_with_a_key_frame(clip):
    given = packets(clip)
    assert fragments(given)[0].is_keyframe
    late = fragments(given[5:])
    assert late[0].is_keyframe
    assert len(pictures(played(late))) == len(late)


def decoding(made) -> list[tuple[int, int]]:
    """When each is decoded and how long it lasts: of `tfdt` and `trun`."""
    return [
        (
            int.from_bytes(each.data[each.data.index(b"tfdt") + 8 :][:8], "big"),
            int.from_bytes(each.data[each.data.index(b"trun") + 16 :][:4], "big"),
        )
        for each in made
    ]


def test_a_player_finds_no_gap_though_the_camera_leaves_some(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", 40)
    kept = [each for each in packets(clip) if each.is_keyframe or each.sequence % 5 < 2]
    times = decoding(fragments(kept))
    assert all(later == earlier + lasts for (earlier, lasts), (later, _) in pairwise(times))


def test_a_new_connection_is_a_new_beginning(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", 20)
    kept = ring()
    for since in (0.0, 10.0):
        list(fill(kept, clip, since=since))
    made = fragments(kept.after(-1))
    beginnings = [each.beginning for each in made]
    assert len({id(each) for each in beginnings}) == 2
    assert made[20].is_keyframe


def test_another_size_is_a_new_beginning_with_that_size(tmp_path):
    kept = ring()
    for since, size in ((0.0, (320, 240)), (10.0, (160, 120))):
        list(fill(kept, write_clip(tmp_path / f"{since}.mp4", 20, size=size), since=since))
    made = fragments(kept.after(-1))
    assert [(each.beginning.width, each.beginning.height) for each in (made[0], made[-1])] == [
        (320, 240),
        (160, 120),
    ]
    assert {picture.shape for _, picture in pictures(played(made[20:]))} == {(120, 160, 3)}


@pytest.mark.parametrize(
    ("codec", "options", "mime"),
    [
        ("libx264", {"preset": "ultrafast", "profile": "baseline"}, "avc1.42C0"),
        ("libx264", {"preset": "medium", "profile": "high"}, "avc1.6400"),
        ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none:open-gop=0"}, "hvc1.1.6.L"),
    ],
)
def test_a_browser_is_told_what_it_will_have_to_decode(tmp_path, codec, options, mime):
    clip = write_clip(tmp_path / "clip.mp4", 5, codec=codec, options=options)
    assert fragments(packets(clip))[0].beginning.mime.startswith(f'video/mp4; codecs="{mime}')


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_camera_that_hangs_askew_is_turned_by_the_player(tmp_path, rotation):
    clip = write_clip(tmp_path / "clip.mp4", 5)
    with av.open(io.BytesIO(played(fragments(packets(clip), rotation))), format="mp4") as container:
        # PyAV counts counter-clockwise.
        assert next(container.decode(video=0)).rotation % 360 == -rotation % 360


@pytest.mark.parametrize("damage", [b"", b"\x00\x00\x01", b"\x00\x00\x01\x67", b"\x01\x02\x03"])
def test_damaged_packets_are_no_pictures_and_no_errors(tmp_path, damage):
    from dataclasses import replace

    clip = write_clip(tmp_path / "clip.ts", 15)
    given = [replace(each, data=damage) if each.sequence == 3 else each for each in packets(clip)]
    assert len(fragments(given)) >= 13
    assert fragments([replace(given[0], data=damage)]) == []


def test_a_damaged_configuration_record_is_not_played(tmp_path):
    from dataclasses import replace

    clip = write_clip(tmp_path / "clip.mp4", 5)
    given = packets(clip)
    broken = replace(given[0].format, extradata=given[0].format.extradata[:9])
    assert fragments([replace(each, format=broken) for each in given]) == []
