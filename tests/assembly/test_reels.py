"""What clips are made of, while cameras are built anew."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from parts.taught_pictures import noon, picture
from vedette.assembly.reels import Reels
from vedette.events.clip_frames import FrameReels, FrameReelSettings
from vedette.pixels.planes import RgbPlanes
from vedette.values.frame import Frame
from vedette.values.observation import GateVerdict
from vedette.values.trail import Trail


@dataclass(eq=False)
class Camera:
    packets: object = None


def trail(seconds=0.0):
    pixels = picture("cat", 1)
    frame = Frame("yard", 0, noon(), seconds, pixels.shape[1], pixels.shape[0], RgbPlanes(pixels))
    return Trail(frame, GateVerdict(is_open=False, reason="nothing moves"), {}, (), 0.0)


@pytest.fixture
def reels():
    pictures = FrameReels(FrameReelSettings())
    pictures.start()
    yield Reels(pictures)
    pictures.close()


def test_a_camera_that_was_built_anew_has_its_new_packets(reels):
    old, new = Camera("old packets"), Camera("new packets")
    assert reels.of("yard") is None
    reels.watch(old, trail())
    assert reels.of("yard") == "old packets"
    reels.forget("yard")
    reels.watch(new, trail())
    assert reels.of("yard") == "new packets"


def test_a_camera_without_packets_has_pictures(reels):
    camera = Camera()
    reels.watch(camera, trail())
    assert reels.of("yard") is not None
    camera.packets = "after all"
    assert reels.of("yard") == "after all"
