from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from vedette.errors import SourceError
from vedette.gates.protocol import Gate
from vedette.pipeline.attention import Attention, AttentionSettings
from vedette.pipeline.camera_loop import CameraLoop, Stages
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.pixels.planes import RgbPlanes
from vedette.sources.protocol import SourceStatus
from vedette.values.frame import Frame
from vedette.values.geometry import WHOLE_FRAME
from vedette.values.observation import GateVerdict, Looked, NotLooked, RuleVerdict
from vedette.values.prediction import Classification

START = datetime(2026, 1, 1, tzinfo=UTC)
PIXELS = RgbPlanes(np.zeros((8, 8, 3), np.uint8))


def frame(second):
    return Frame("door", second, START + timedelta(seconds=second), float(second), 8, 8, PIXELS)


class Footage:
    name = "door"
    is_live = False
    status = SourceStatus()

    def __init__(self, seconds, fails_at=None):
        self.seconds, self.fails_at = seconds, fails_at

    def frames(self):
        for second in range(self.seconds):
            if second == self.fails_at:
                raise SourceError("the file is cut off.")
            yield frame(second)

    def close(self):
        pass


class OpensAt(Gate):
    def __init__(self, *seconds):
        self.seconds = seconds

    def judge(self, frame):
        is_open = frame.monotonic_seconds in self.seconds
        return GateVerdict(is_open, "moving" if is_open else "nothing moves")


class SaysCat:
    name = "cats"
    classes = ("background", "cat")
    region = WHOLE_FRAME

    def classify(self, frame):
        return Classification("cat", {"background": 0.1, "cat": 0.9})


class Follows:
    """Active from the first look on."""

    name, classifier, label = "cat at the door", "cats", "cat"

    wants_looks = True

    def __init__(self):
        self.is_active = False

    def judge(self, monotonic_seconds, observation):
        has_changed = isinstance(observation, Looked) and not self.is_active
        self.is_active = self.is_active or has_changed
        state = "active" if self.is_active else "undecided"
        return RuleVerdict(self.name, state, has_changed, 1.0, 1.0, -1.0, 0.9, "said so")


class Notes:
    def __init__(self):
        self.observed, self.finished = [], []

    def observe(self, frame, verdict, label):
        self.observed.append((frame.sequence, verdict.state, label))

    def finish(self, reason):
        self.finished.append(reason)


def run(source, gate, *, linger=0.0):
    notes, trails, queue = Notes(), [], InferenceQueue()
    attention = Attention(AttentionSettings(linger_seconds=linger, check_every_seconds=1000))
    stages = Stages(source, gate, attention, [(SaysCat(), queue)], [Follows()], notes)
    loop = CameraLoop(stages, [trails.append])
    return loop, notes, trails


def test_every_frame_leaves_a_trail_that_tells_looking_from_not_looking():
    loop, notes, trails = run(Footage(4), OpensAt(2))
    loop.run()
    seen = [trail.observations["cats"] for trail in trails]
    assert [type(each) for each in seen] == [Looked, NotLooked, Looked, NotLooked]
    assert seen[1] == NotLooked("nothing moves")
    assert seen[2].reason == "moving"
    assert [state for _, state, _ in notes.observed] == ["active"] * 4
    assert all(trail.seconds >= 0 for trail in trails)


def test_the_recorder_is_finished_when_the_source_ends():
    loop, notes, _ = run(Footage(2), OpensAt())
    loop.run()
    assert notes.finished == ["the source ended"]


def test_the_recorder_is_finished_when_the_source_fails_and_the_error_goes_on():
    loop, notes, trails = run(Footage(9, fails_at=3), OpensAt())
    with pytest.raises(SourceError, match="cut off"):
        loop.run()
    assert len(trails) == 3
    assert notes.finished == ["the camera stopped unexpectedly"]


def test_a_network_that_had_no_turn_is_not_looked():
    loop, _, trails = run(Footage(1), OpensAt(0))
    loop._stages.classifiers[0][1].close()
    loop.run()
    assert trails[0].observations["cats"] == NotLooked("the network was busy with other cameras")
