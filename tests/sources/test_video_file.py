from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from parts.clips import scene, write_clip
from parts.ticking import TickingClock
from vedette.errors import SourceError
from vedette.sources.video_file import VideoFileSettings, VideoFileSource


def flat_out(path: Path, **settings) -> VideoFileSource:
    return VideoFileSource("feeder", VideoFileSettings(path=path, paced=False, **settings))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4")


def test_the_finch_clip_gives_every_frame_with_its_own_time(finch_clip):
    source = flat_out(finch_clip)
    count, previous = 0, -1.0
    for frame in source.frames():
        assert (frame.width, frame.height) == (1280, 720)
        assert frame.sequence == count
        assert frame.monotonic_seconds > previous
        count, previous = count + 1, frame.monotonic_seconds
    assert count == 497
    assert previous == pytest.approx(19.84)
    assert source.status.state == "ended"
    assert source.status.frames == 497
    assert source.status.corrupt == 0
    assert source.status.last_error is None


def test_the_person_clip_in_vp9_is_read_as_well(person_clip):
    frame = next(flat_out(person_clip).frames())
    assert (frame.width, frame.height) == (1768, 994)
    assert frame.luma.shape == (994, 1768)


def test_time_begins_at_zero_and_the_wall_clock_goes_with_it(clip):
    clock = TickingClock()
    source = VideoFileSource("feeder", VideoFileSettings(path=clip, paced=False), clock)
    frames = list(source.frames())
    assert frames[0].monotonic_seconds == 0
    assert frames[0].captured_at == datetime(2030, 1, 1, tzinfo=UTC)
    assert (frames[25].captured_at - frames[0].captured_at).total_seconds() == pytest.approx(1.0)


def test_the_pixels_are_those_that_were_filmed(clip):
    frame = next(flat_out(clip).frames())
    assert np.abs(frame.rgb().astype(int) - scene(0)).mean() < 4


def test_planes_outlive_the_frames_that_follow(clip):
    frames = list(flat_out(clip).frames())
    for index in (0, 20, 49):
        assert np.abs(frames[index].rgb().astype(int) - scene(index)).mean() < 4


def test_paced_it_waits_for_each_frames_time(clip):
    clock = TickingClock()
    source = VideoFileSource("feeder", VideoFileSettings(path=clip), clock)
    assert len(list(source.frames())) == 50
    assert sum(clock.waits) == pytest.approx(49 / 25)


def test_paced_it_drops_and_counts_what_is_late_and_catches_up(clip):
    clock = TickingClock()
    source = VideoFileSource("feeder", VideoFileSettings(path=clip, maximum_lateness_seconds=0.21), clock)
    times = []
    for frame in source.frames():
        times.append(frame.monotonic_seconds)
        if frame.sequence == 10:
            clock.seconds += 1.0
    assert source.status.dropped == 19
    assert len(times) == 31
    assert times[-1] == pytest.approx(1.96)


def test_the_status_tells_the_frames_own_time_and_when_it_came(clip):
    clock = TickingClock()
    source = VideoFileSource("feeder", VideoFileSettings(path=clip), clock)
    for frame in source.frames():
        status = source.status
        assert status.last_frame_monotonic_seconds == frame.monotonic_seconds
        assert status.last_arrival_monotonic_seconds == pytest.approx(1000 + frame.monotonic_seconds)


class Slow(TickingClock):
    """Every look at it costs time; 30 ms: reading and decoding take longer than the video."""

    look_seconds = 0.03

    def monotonic(self):
        self.seconds += self.look_seconds
        return self.seconds


def test_a_machine_that_sleeps_for_longer_than_the_video_lasts_finds_it_sound(clip):
    clock = Slow()
    clock.look_seconds = 0.01
    settings = VideoFileSettings(path=clip, loop=True, maximum_lateness_seconds=0.2)
    source = VideoFileSource("feeder", settings, clock)
    frames = source.frames()
    for _ in range(5):
        next(frames)
    clock.seconds += 20
    asleep = source.status.dropped
    following = next(frames)
    assert source.status.dropped - asleep > 50, "whole runs came too late"
    assert clock.seconds - 1000 - following.monotonic_seconds < 0.6
    assert source.status.last_error is None


def test_a_disk_or_machine_too_slow_for_the_video_costs_frames_and_no_lateness(tmp_path):
    clip = write_clip(tmp_path / "long.mp4", 250)
    clock = Slow()
    source = VideoFileSource("feeder", VideoFileSettings(path=clip, maximum_lateness_seconds=0.3), clock)
    lags, pictures = [], []
    for frame in source.frames():
        lags.append(clock.seconds - 1000 - frame.monotonic_seconds)
        pictures.append(np.abs(frame.rgb().astype(int) - scene(round(frame.monotonic_seconds * 25))).mean())
    assert max(lags) < 0.6
    assert max(pictures) < 4, "nothing is shown that was decoded without what it builds on"
    assert source.status.dropped > 50
    assert source.status.dropped + source.status.frames == 250
    assert len(source.packets.after(-1)) == 250


def test_packets_lie_on_the_frames_time_line_through_every_run(clip):
    source = flat_out(clip, loop=True)
    times = []
    for frame in source.frames():
        times.append(frame.monotonic_seconds)
        if len(times) == 130:
            break
    held = source.packets.after(-1)
    assert [each.seconds for each in held[:130]] == pytest.approx(times, abs=0.001)
    assert {each.connection for each in held} == {0, 1, 2}
    assert held[50].is_keyframe


def test_reordered_packets_lie_on_the_frames_time_line_too(tmp_path):
    clip = write_clip(tmp_path / "b.mp4", 60, options={"bf": "3", "preset": "fast"})
    source = flat_out(clip)
    times = [frame.monotonic_seconds for frame in source.frames()]
    assert sorted(each.seconds for each in source.packets.after(-1)) == pytest.approx(times, abs=0.001)


def test_a_chosen_rate_thins_evenly_and_is_no_loss(clip):
    source = flat_out(clip, frames_per_second=10)
    times = [frame.monotonic_seconds for frame in source.frames()]
    assert len(times) == 20
    assert np.diff(times) == pytest.approx(0.1, abs=0.021)
    assert source.status.dropped == 0


def test_played_again_and_again_time_goes_on(clip):
    source = flat_out(clip, loop=True)
    times = []
    for frame in source.frames():
        times.append(frame.monotonic_seconds)
        if len(times) == 130:
            source.close()
    assert len(times) == 130
    assert np.diff(times) == pytest.approx(0.04)
    assert source.status.state == "closed"


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_camera_gives_upright_pictures(clip, rotation):
    plain = next(flat_out(clip).frames())
    turned = next(flat_out(clip, rotation=rotation).frames())
    expected = np.rot90(plain.luma, -rotation // 90)
    assert np.array_equal(turned.luma, expected)
    assert (turned.height, turned.width) == expected.shape
    assert np.array_equal(turned.rgb(), np.rot90(plain.rgb(), -rotation // 90))


@pytest.mark.parametrize(
    "pixel_format", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12", "yuv420p10le", "gray"]
)
def test_every_pixel_format_shows_the_same_scene(tmp_path, pixel_format):
    clip = write_clip(tmp_path / "clip.mkv", 3, codec="libx264", pixel_format=pixel_format)
    frame = list(flat_out(clip).frames())[-1]
    assert frame.luma.shape == (240, 320)
    assert np.abs(frame.rgb().astype(int) - scene(2)).mean() < 5


@pytest.mark.parametrize("pixel_format", ["bgr24", "yuyv422", "uyvy422", "pal8"])
def test_raw_pictures_show_the_same_scene(tmp_path, pixel_format):
    if pixel_format == "pal8":
        clip = write_clip(tmp_path / "clip.gif", 3, codec="gif", pixel_format="rgb8", options={})
    else:
        clip = write_clip(tmp_path / "clip.nut", 3, codec="rawvideo", pixel_format=pixel_format, options={})
    frame = list(flat_out(clip).frames())[-1]
    assert frame.luma.shape == (240, 320)
    assert np.abs(frame.rgb().astype(int) - scene(2)).mean() < (20 if pixel_format == "pal8" else 4)


def test_a_picture_that_changes_its_size_in_mid_stream_goes_on(tmp_path):
    small = write_clip(tmp_path / "small.ts", 10, size=(320, 240))
    large = write_clip(tmp_path / "large.ts", 10, size=(640, 480))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    frames = list(flat_out(joined).frames())
    assert {(frame.width, frame.height) for frame in frames} == {(320, 240), (640, 480)}
    assert all(frame.luma.shape == (frame.height, frame.width) for frame in frames)
    assert np.diff([frame.monotonic_seconds for frame in frames]).min() > 0


def test_damaged_packets_are_counted_and_the_rest_is_shown(tmp_path):
    clip = write_clip(tmp_path / "clip.ts", 100)
    data = bytearray(clip.read_bytes())
    noise = np.random.default_rng(1).integers(0, 256, 6000, dtype=np.uint8).tobytes()
    middle = len(data) // 2
    data[middle : middle + len(noise)] = noise
    clip.write_bytes(data)
    source = flat_out(clip)
    frames = list(source.frames())
    assert 50 < len(frames) < 100
    assert source.status.state == "ended"
    assert source.status.corrupt > 0


def test_a_truncated_file_gives_the_frames_that_it_has_and_says_so(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", 250, muxing={"movflags": "faststart"})
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    source = flat_out(clip)
    frames = list(source.frames())
    assert 50 < len(frames) < 220
    assert source.status.state == "ended"
    assert "before its time" in source.status.last_error


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"This is no video at all. " * 100, "not a video"),
        ("playlist.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "not a video"),
        ("list.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n", "not a video"),
    ],
    ids=["empty", "text", "hls", "concat"],
)
def test_what_is_no_video_is_said_in_a_sentence(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content)
    source = flat_out(path)
    with pytest.raises(SourceError, match=expected):
        list(source.frames())
    assert expected in source.status.last_error
    assert source.status.state == "ended"


def test_a_file_that_does_not_exist_names_the_nearest(tmp_path, clip):
    with pytest.raises(SourceError, match=r"The nearest name there is clip\.mp4"):
        list(flat_out(tmp_path / "clop.mp4").frames())


def test_a_folder_is_no_video(tmp_path):
    with pytest.raises(SourceError, match="is a folder"):
        list(flat_out(tmp_path).frames())


def test_a_file_without_video_is_refused(tmp_path):
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w", format="mov") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(SourceError, match="no video"):
        list(flat_out(path).frames())


def test_a_name_that_looks_like_a_protocol_is_a_file(tmp_path, clip, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip.rename(tmp_path / "concat:clip.mp4")
    assert len(list(flat_out(Path("concat:clip.mp4")).frames())) == 50
