from __future__ import annotations

import sys
import threading
from dataclasses import replace

import pytest

from parts.stored_events import event
from parts.web_server import trail
from vedette.pipeline.metrics import CameraMeasures, Histogram, Metrics, SharedHistogram
from vedette.values.event import Phase
from vedette.values.observation import Looked, NotLooked
from vedette.values.prediction import Classification

CAT = Classification("cat", {"cat": 1.0})


@pytest.mark.parametrize(
    ("value", "counts"),
    [(0.0, [1, 0, 0]), (1.0, [1, 0, 0]), (1.001, [0, 1, 0]), (2.0, [0, 1, 0]), (2.5, [0, 0, 1])],
)
def test_a_measure_on_a_bound_belongs_below_it(value, counts):
    histogram = Histogram((1.0, 2.0))
    histogram.observe(value)
    assert (histogram.counts, histogram.total) == (counts, value)


def test_a_shared_histogram_loses_no_measure():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        histogram = SharedHistogram((1.0,))
        observe = [
            threading.Thread(target=lambda: [histogram.observe(0.5) for _ in range(2000)]) for _ in range(4)
        ]
        for each in observe:
            each.start()
        for each in observe:
            each.join()
    finally:
        sys.setswitchinterval(before)
    assert (histogram.counts, histogram.total) == ([8000, 0], 4000.0)


def test_every_camera_has_its_own_measures():
    metrics = Metrics()
    metrics(trail("garden"))
    metrics(trail("shed"))
    metrics(trail("shed"))
    assert {name: each.frames for name, each in metrics.cameras.items()} == {"garden": 1, "shed": 2}
    assert sum(metrics.cameras["shed"].decision_seconds.counts) == 2


def test_a_frame_at_rest_is_counted_and_not_measured():
    metrics = Metrics()
    metrics(replace(trail("garden"), seconds=0.0, verdicts=()))
    measures = metrics.cameras["garden"]
    assert (measures.frames, sum(measures.decision_seconds.counts)) == (1, 0)


def test_a_look_is_measured_and_one_that_was_not_served_counted():
    metrics = Metrics()
    for seen in (Looked("moving", CAT, 0.004), NotLooked("busy", was_wanted=True), NotLooked("quiet")):
        metrics(replace(trail("garden"), observations={"door": seen}))
    measures: CameraMeasures = metrics.cameras["garden"]
    assert measures.look_seconds.total == pytest.approx(0.004)
    assert sum(measures.look_seconds.counts) == 1
    assert measures.looks_not_served == 1


def test_an_event_counts_once():
    metrics = Metrics()
    for phase in Phase:
        metrics.on_event(phase, event(1), None)
    assert metrics.events == {("garden", "visitor"): 1}


def test_a_camera_that_was_taken_out_is_forgotten():
    metrics = Metrics()
    metrics(trail("garden"))
    metrics.forget("garden")
    metrics.forget("garden")
    assert metrics.cameras == {}
