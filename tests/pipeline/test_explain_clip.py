"""What the log says of the real gate and the real rules on a real clip; the seconds were read off it."""

from datetime import UTC, datetime, timedelta

from vedette.assembly.build import build_clip, build_gate, build_rule
from vedette.assembly.demonstration import PERSON
from vedette.events.protocol import Unrecorded
from vedette.gates.background_settings import BackgroundGateSettings
from vedette.pipeline.attention import Attention, AttentionSettings
from vedette.pipeline.camera_loop import CameraLoop, Stages
from vedette.pipeline.explain_log import Clocks, ExplainLog
from vedette.pipeline.explain_window import Window
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.rules.presence import PresenceSettings
from vedette.values.geometry import WHOLE_FRAME
from vedette.values.prediction import Classification


class Says:
    """A classifier that is this sure of the woman while she is on the lawn, and of nothing before."""

    name, classes, region = "lawn", ("background", "person"), WHOLE_FRAME

    def __init__(self, person: float) -> None:
        self._person = person

    def classify(self, frame):
        person = self._person if frame.monotonic_seconds > 1.2 else 0.02
        confidences = {"background": 1 - person, "person": person}
        return Classification(max(confidences, key=confidences.__getitem__), confidences)


def played(clip, person: float, **gate):
    """The log of one run, and when it began; its machine's clock is the clip's time."""
    now = [0.0]
    log = ExplainLog(clocks=Clocks(lambda: now[0], lambda: now[0]))
    began = []

    def tick(trail):
        now[0] = trail.frame.monotonic_seconds
        began.append(trail.frame.captured_at - timedelta(seconds=trail.frame.monotonic_seconds))

    rule = PresenceSettings(name="person on the lawn", classifier="lawn", label="person")
    stages = Stages(
        build_clip("garden", clip),
        build_gate(BackgroundGateSettings(masks=PERSON.masks, **gate)),
        Attention(AttentionSettings()),
        [(Says(person), InferenceQueue())],
        [build_rule(rule)],
        Unrecorded(),
    )
    CameraLoop(stages, [tick, log]).run()
    now[0] = datetime.now(UTC).timestamp() + 100
    return log, began[0]


def asked(played, since, until):
    log, began = played
    return log.summary(
        "garden", Window(began + timedelta(seconds=since), began + timedelta(seconds=until)), UTC
    )


def test_a_gate_that_asks_too_much_is_named_with_its_figures(person_clip):
    told = asked(played(person_clip, 0.4, minimum_area=0.4), 2.0, 6.0)
    assert told.stopped_by == "gate"
    assert "less than the gate asks" in told.verdict
    assert "40 % needed" in told.verdict


def test_a_classifier_that_sees_nothing_is_named_with_its_confidences(person_clip):
    told = asked(played(person_clip, 0.08), 1.4, 6.3)
    assert told.stopped_by == "network"
    assert told.verdict.endswith("`person on the lawn` was at most 8 % sure.")


def test_a_rule_that_is_not_convinced_is_named_with_its_evidence(person_clip):
    told = asked(played(person_clip, 0.52), 1.4, 6.3)
    assert told.stopped_by == "rule"
    assert "of 2.2 needed" in told.verdict


def test_what_is_seen_goes_through(person_clip):
    run = played(person_clip, 0.93)
    assert asked(run, 0.0, 1.0).stopped_by in {"gate", "network"}
    told = asked(run, 1.0, 6.3)
    assert told.stopped_by is None
    assert "`person on the lawn` became active" in told.verdict
    assert 100 < sum(moment.frames for moment in told.moments) < 200


def test_a_gate_that_is_still_learning_says_so(person_clip):
    told = asked(played(person_clip, 0.08, learn_seconds=4.0), 1.5, 3.0)
    gate = [each.text for each in told.sentences if each.stage == "gate"]
    assert gate == ["the gate was learning the scene, and stays closed meanwhile"]
