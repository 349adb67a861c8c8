"""Who is told that a classifier was taught: the cameras that use it, and nobody else."""

from __future__ import annotations

from types import SimpleNamespace

from vedette.assembly.taught_classifiers import Taught
from vedette.assembly.troubles import NetworkTroubles, Troubles
from vedette.pipeline.explain_log import ExplainLog


class Networks:
    def __init__(self):
        self.replaced = []

    def taught_anew(self, name):
        return False

    def replace(self, queue):
        self.replaced.append(queue)
        return ("cats",)


def house():
    """A door that uses `cats`, a garden that uses `birds`; the log, what teaches, what mends networks."""
    log, rebuilt, faults = ExplainLog(), [], []

    def fault(camera, reason):
        faults.append((camera, reason))

    users = SimpleNamespace(classifiers={"door": ("cats", "dogs"), "garden": ("birds",)})
    networks = Networks()
    troubles = Troubles(fault, log, lambda: None)
    listener = NetworkTroubles(networks, troubles, fault, users, rebuilt.append)
    return log, Taught(networks, listener, fault, log), listener, rebuilt


def said(log, camera):
    return [each.text for each in log.remarks(camera)]


def test_a_teaching_is_remarked_at_the_cameras_that_use_it():
    log, taught, _, _ = house()
    taught("cats")
    assert said(log, "door") == ["classifier cats was taught anew"]
    assert said(log, "garden") == []


def test_a_network_that_is_loaded_anew_is_remarked_and_its_cameras_begin_anew():
    log, _, listener, rebuilt = house()
    listener.on_stuck_network(None, "it hung")
    assert said(log, "door") == ["loaded anew: it hung"]
    assert (said(log, "garden"), rebuilt) == ([], ["door"])
