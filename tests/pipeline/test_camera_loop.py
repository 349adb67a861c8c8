import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from vedette.errors import BackendError, SourceError
from vedette.gates.protocol import Gate
from vedette.pipeline.attention import Attention, AttentionSettings
from vedette.pipeline.camera_loop import CameraLoop, Forgetting, Stages
from vedette.pipeline.inference_queue import InferenceQueue, TurnTimeout
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
    is_endless = False
    status = SourceStatus()
    packets = None

    def __init__(self, *seconds, fails_at=None):
        self.seconds, self.fails_at, self.is_closed = seconds, fails_at, False

    def frames(self):
        for second in self.seconds:
            if second == self.fails_at:
                raise SourceError("the file is cut off.")
            if not self.is_closed:
                yield frame(second)

    def close(self):
        self.is_closed = True


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


def run(source, gate, *, classifier=None, queue=None, watchers=(), **stages):
    notes, trails = Notes(), []
    attention = Attention(AttentionSettings(linger_seconds=0.0, check_every_seconds=1000))
    looks = [(classifier or SaysCat(), queue or InferenceQueue())]
    whole = Stages(source, gate, attention, looks, [Follows()], notes, **stages)
    loop = CameraLoop(whole, [*watchers, trails.append])
    return loop, notes, trails


def test_every_frame_leaves_a_trail_that_tells_looking_from_not_looking():
    loop, notes, trails = run(Footage(*range(4)), OpensAt(2))
    loop.run()
    seen = [trail.observations["cats"] for trail in trails]
    assert [type(each) for each in seen] == [Looked, NotLooked, Looked, NotLooked]
    assert seen[1] == NotLooked("nothing moves")
    assert seen[2].reason == "moving"
    assert [state for _, state, _ in notes.observed] == ["active"] * 4
    assert all(trail.seconds >= 0 for trail in trails)


def test_the_recorder_is_finished_when_the_source_ends():
    loop, notes, _ = run(Footage(*range(2)), OpensAt())
    loop.run()
    assert notes.finished == ["the source ended"]


def test_the_recorder_is_finished_when_the_source_fails_and_the_error_goes_on():
    loop, notes, trails = run(Footage(*range(9), fails_at=3), OpensAt())
    with pytest.raises(SourceError, match="cut off"):
        loop.run()
    assert len(trails) == 3
    assert notes.finished == ["the camera stopped unexpectedly"]


def test_a_network_that_had_no_turn_is_not_looked_though_that_was_wanted():
    queue = InferenceQueue()
    loop, _, trails = run(Footage(0), OpensAt(0), queue=queue)
    queue.close()
    loop.run()
    assert trails[0].observations["cats"] == NotLooked("the network is being shut down", was_wanted=True)
    assert (loop.pulse.looks_wanted, loop.pulse.looks_not_served) == (1, 1)


def test_a_camera_gives_a_look_up_when_its_turn_does_not_come():
    class Busy(InferenceQueue):
        def run(self, camera, work, timeout_seconds=None):
            raise TurnTimeout(f"{camera} waited for {timeout_seconds:g} s")

    loop, _, trails = run(Footage(0), OpensAt(0), queue=Busy())
    loop.run()
    refused = NotLooked("the network was busy with other cameras", was_wanted=True)
    assert trails[0].observations["cats"] == refused


class Fails(SaysCat):
    """Fails on some frames."""

    def __init__(self, *seconds):
        self.seconds = seconds

    def classify(self, frame):
        if frame.sequence in self.seconds:
            raise BackendError("the device is gone.", "Plug it in.")
        return super().classify(frame)


def test_a_network_that_fails_costs_the_look_and_not_the_camera():
    queue = InferenceQueue()
    loop, _, trails = run(Footage(0, 1, 2), OpensAt(0, 1, 2), classifier=Fails(0, 1), queue=queue)
    loop.run()
    first, _, last = [trail.observations["cats"] for trail in trails]
    assert first == NotLooked("the network failed: the device is gone.", was_wanted=True, cause="failing")
    assert isinstance(last, Looked)
    assert loop.pulse.looks_failed == 2
    assert queue.statistics["door"].failed == 2


def test_a_watcher_that_raises_is_logged_once_and_counted_and_the_others_see_every_frame(caplog):
    loop, _, trails = run(Footage(0, 1, 2), OpensAt(), watchers=[lambda trail: 1 / 0])
    loop.run()
    assert len(trails) == 3
    assert loop.pulse.watcher_failures == 3
    assert len(caplog.records) == 1


def test_somebody_who_waits_for_a_fresh_decision_gets_one_on_a_still_scene():
    waits = iter([False, False, True, False])
    loop, _, trails = run(Footage(0, 1, 2, 3), OpensAt(), wants_look=lambda: next(waits))
    loop.run()
    reasons = [trail.observations["cats"].reason for trail in trails]
    assert reasons[1:] == ["nothing moves", "an actuator waits for a fresh decision", "nothing moves"]


def test_after_a_gap_without_pictures_nothing_is_known_any_more():
    forgetting = Forgetting(10.0, lambda: [Follows()])
    loop, notes, trails = run(Footage(0, 5, 15, 26, 27), OpensAt(27), forgetting=forgetting)
    loop.run()
    states = [trail.verdicts[0].state for trail in trails]
    assert states == ["active", "active", "active", "undecided", "active"]
    assert notes.finished == ["no picture for 10 s", "the source ended"]


def test_the_pulse_tells_the_stage_and_counts_the_frames():
    stages = []

    class Tells(OpensAt):
        def judge(self, frame):
            stages.append(loop.pulse.stage)
            return super().judge(frame)

    class TellsToo(SaysCat):
        def classify(self, frame):
            stages.append(loop.pulse.stage)
            return super().classify(frame)

    loop, _, _ = run(
        Footage(0, 1), Tells(0), classifier=TellsToo(), watchers=[lambda _: stages.append(loop.pulse.stage)]
    )
    loop.run()
    assert stages == ["the gate", "the network of cats", "the watchers", "the gate", "the watchers"]
    assert loop.pulse.frames == 2


def test_what_an_abandoned_loop_still_finds_out_has_no_effect():
    """It hangs in the network, is cut off, and then the answer comes after all."""
    asked, answer = threading.Event(), threading.Event()

    class Slow(SaysCat):
        def classify(self, frame):
            if frame.sequence == 1:
                asked.set()
                assert answer.wait(20)
            return super().classify(frame)

    source = Footage(0, 1, 2)
    loop, notes, trails = run(source, OpensAt(1, 2), classifier=Slow())
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert asked.wait(20)
    loop.abandon("it was stuck")
    answer.set()
    thread.join(20)
    assert [number for number, _, _ in notes.observed] == [0]
    assert notes.finished == ["it was stuck"]
    assert len(trails) == 1
    assert source.is_closed


def test_a_loop_that_is_told_to_stop_ends_with_its_source():
    source = Footage(0, 1, 2)
    loop, notes, trails = run(source, OpensAt(), watchers=[lambda _: loop.stop()])
    loop.run()
    assert len(trails) == 1
    assert notes.finished == ["the camera was stopped"]


def test_a_rule_whose_classifier_is_missing_stays_undecided_and_the_others_do_not():
    class Asks(Follows):
        name, classifier = "prey at the door", "prey"

    notes, trails = Notes(), []
    looks = [(SaysCat(), InferenceQueue())]
    attention = Attention(AttentionSettings(linger_seconds=0.0, check_every_seconds=1000))
    rules, missing = [Follows(), Asks()], {"prey": "`prey` is not taught yet: teach it in the page."}
    stages = Stages(Footage(*range(4)), OpensAt(2), attention, looks, rules, notes, missing=missing)
    CameraLoop(stages, [trails.append]).run()
    seen = [trail.observations["prey"] for trail in trails]
    # A look that is due and cannot be taken: whoever relies on it does not trust this camera.
    untaught = NotLooked("`prey` is not taught yet: teach it in the page", was_wanted=True, cause="missing")
    assert seen == [untaught] * 4
    assert [type(trail.observations["cats"]) for trail in trails] == [Looked, NotLooked, Looked, NotLooked]
    states = [[verdict.state for verdict in trail.verdicts] for trail in trails]
    assert states == [["active", "undecided"]] * 4
