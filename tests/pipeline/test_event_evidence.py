from datetime import timedelta

import pytest

from parts.happenings import START, event, frame
from vedette.pipeline.event_evidence import LEAD, MOST_POINTS, evidence_of
from vedette.pipeline.explain_log import Clocks, ExplainLog
from vedette.values.observation import GateVerdict, RuleVerdict
from vedette.values.trail import Trail


class Watched:
    """A log of one camera; every frame is a row of its own."""

    def __init__(self):
        self.seconds = 0.0
        self.log = ExplainLog(clocks=Clocks(lambda: self.seconds, lambda: START.timestamp() + self.seconds))

    def see(self, seconds, evidence, confidence=0.5, rule="prey"):
        self.seconds += 2.0
        verdict = RuleVerdict(rule, "active", False, evidence, 2.2, -0.8, confidence, "seen")
        self.log(Trail(frame(seconds), GateVerdict(True, "moving", 0.1, 0.01), {}, (verdict,), 0.001))


@pytest.fixture
def watched():
    return Watched()


def test_evidence_reaches_from_before_an_event_to_its_close(watched):
    for seconds in range(0, 60, 2):
        watched.see(seconds, seconds / 10)
    found = evidence_of(watched.log, event(seconds=30, closed_at=START + timedelta(seconds=40)))
    assert found.seconds[0] == -LEAD.total_seconds()
    assert found.seconds[-1] == 10.0
    assert (found.evidence[0], found.evidence[-1]) == (2.0, 4.0)
    assert set(found.confidence) == {0.5}
    assert (found.enter_at, found.leave_at) == (2.2, -0.8)


def test_an_open_events_evidence_reaches_until_now(watched):
    for seconds in range(0, 60, 2):
        watched.see(seconds, 1.0)
    found = evidence_of(watched.log, event(seconds=30), START + timedelta(seconds=50))
    assert found.seconds[-1] == 20.0


def test_a_long_series_is_thinned_and_keeps_its_peaks(watched):
    for number in range(1000):
        watched.see(number, 9.0 if number == 501 else -9.0 if number == 777 else 0.0)
    found = evidence_of(watched.log, event(seconds=10, closed_at=START + timedelta(seconds=999)))
    assert len(found.seconds) == len(found.evidence) == len(found.confidence) <= MOST_POINTS
    assert (max(found.evidence), min(found.evidence)) == (9.0, -9.0)
    assert (found.seconds[0], found.seconds[-1]) == (-10.0, 989.0)
    assert list(found.seconds) == sorted(found.seconds)


def test_time_goes_one_way_though_the_clock_was_set_back(watched):
    for seconds in (30, 32, 34, 31, 36):
        watched.see(seconds, 1.0)
    found = evidence_of(watched.log, event(seconds=30, closed_at=START + timedelta(seconds=40)))
    assert found.seconds == (0.0, 2.0, 4.0, 6.0)


@pytest.mark.parametrize(
    "unknown",
    [
        event(camera="yard"),
        event(rule="camera lost"),
        event(seconds=9000),
        event(opened_at=START.replace(year=9999)),
        event(seconds=5, closed_at=START - timedelta(seconds=30)),
    ],
    ids=["camera", "rule", "time", "no time", "closed before it opened"],
)
def test_of_what_the_log_does_not_know_there_is_no_evidence(watched, unknown):
    watched.see(-100, 1.0)
    assert evidence_of(watched.log, unknown) is None
