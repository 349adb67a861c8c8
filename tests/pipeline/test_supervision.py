"""Loop, queue, supervisor, health and network watch together, as the appliance has them."""

import threading
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from parts.supervised import until
from vedette.gates.open_gate import OpenGate
from vedette.pipeline.attention import Attention, AttentionSettings
from vedette.pipeline.camera_health import HealthSettings
from vedette.pipeline.camera_loop import CameraLoop, Stages
from vedette.pipeline.camera_run import CameraTask
from vedette.pipeline.health import Health
from vedette.pipeline.inference_queue import InferenceQueue
from vedette.pipeline.network_watch import NetworkWatch, NetworkWatchSettings
from vedette.pipeline.supervised_camera import SupervisionSettings
from vedette.pipeline.supervisor import Supervisor
from vedette.pixels.planes import RgbPlanes
from vedette.sources.protocol import SourceStatus
from vedette.values.frame import Frame
from vedette.values.geometry import WHOLE_FRAME
from vedette.values.observation import Looked, RuleVerdict
from vedette.values.prediction import Classification

START = datetime(2026, 1, 1, tzinfo=UTC)
PIXELS = RgbPlanes(np.zeros((8, 8, 3), np.uint8))
PRESENT = RuleVerdict("cat", "active", False, 2.0, 2.0, -2.0, 0.9, "cat seen")


class Camera:
    """A hundred frames a second, until it is closed."""

    is_live = True
    is_endless = True
    packets = None

    def __init__(self, name):
        self.name = name
        self.status = SourceStatus("connected")
        self._closed = threading.Event()

    def frames(self):
        number = 0
        while not self._closed.wait(0.01):
            now = time.monotonic()
            self.status = SourceStatus("connected", frames=number)
            yield Frame(self.name, number, START + timedelta(seconds=number), now, 8, 8, PIXELS)
            number += 1

    def close(self):
        self._closed.set()


class Network:
    """Names cats; hangs on the next picture of a camera when it is told to, until it is let go."""

    name, classes, region = "cats", ("background", "cat"), WHOLE_FRAME

    def __init__(self):
        self.hangs_on, self.let_go = None, threading.Event()

    def classify(self, frame):
        if frame.camera == self.hangs_on:
            assert self.let_go.wait(60)
        return Classification("cat", {"background": 0.1, "cat": 0.9})


class Sees:
    name, classifier, label, is_active, wants_looks = "cat", "cats", "cat", True, True

    def judge(self, monotonic_seconds, observation):
        return PRESENT


class Record:
    """What was recorded of one camera, by the loop that it came from."""

    def __init__(self):
        self.said = []

    def observe(self, frame, verdict, label):
        self.said.append(frame.sequence)

    def finish(self, reason):
        self.said.append(reason)


class House:
    """Two cameras at one network, which is replaced when it hangs."""

    def __init__(self):
        self.network, self.queue = Network(), InferenceQueue()
        self.networks = [self.network]
        self.records, self.looked, self.news = {}, {"door": 0, "yard": 0}, []
        self.supervisor = Supervisor(
            [CameraTask(name, lambda name=name: self.build(name)) for name in self.looked],
            SupervisionSettings(stuck_seconds=1.5, first_delay_seconds=0.05),
        )
        self.watch = NetworkWatch(lambda: [self.queue], self, NetworkWatchSettings(stuck_seconds=1.5))
        self.health = Health(self.supervisor, self)
        for name in self.looked:
            self.health.watch(name, HealthSettings())

    def build(self, name):
        record = Record()
        self.records.setdefault(name, []).append(record)
        attention = Attention(AttentionSettings(patience_seconds=0.05))
        looks = [(self.network, self.queue)]
        stages = Stages(Camera(name), OpenGate(), attention, looks, [Sees()], record)
        return CameraLoop(stages, [self.count])

    def count(self, trail):
        self.looked[trail.frame.camera] += isinstance(trail.observations["cats"], Looked)

    def on_stuck_network(self, queue, reason):
        queue.close()
        self.network, self.queue = Network(), InferenceQueue()
        self.networks.append(self.network)
        for name in self.looked:
            self.supervisor.rebuild(name)

    def on_failing_network(self, queue, reason):
        raise AssertionError(reason)

    def lost(self, camera, reason, silent_seconds):
        self.news.append(("lost", camera))

    def returned(self, camera, silent_seconds):
        self.news.append(("returned", camera))

    def __enter__(self):
        for each in (self.supervisor, self.watch, self.health):
            each.start()
        return self

    def __exit__(self, *_):
        for network in self.networks:
            network.let_go.set()
        self.watch.close()
        self.health.close()
        self.supervisor.stop()
        assert self.supervisor.wait(20)

    def looks_again(self):
        before = dict(self.looked)
        until(lambda: all(self.looked[name] > before[name] + 5 for name in before))


@pytest.mark.parametrize("times", [1, 2])
def test_a_network_that_hangs_costs_its_camera_a_moment_and_the_other_none(times):
    with House() as house:
        house.looks_again()
        for number in range(1, times + 1):
            yard = house.supervisor.runs["yard"]
            frames = yard.pulse.frames
            house.network.hangs_on = "door"
            until(lambda: house.supervisor.status["door"].stage == "the network of cats")
            # Frames of the other go on meanwhile, without looks.
            until(lambda yard=yard, frames=frames: yard.pulse.frames > frames + 10)
            until(lambda number=number: house.watch.stuck == number)
            house.looks_again()
        until(lambda: house.supervisor.status["door"].abandoned == times)
        for record in house.records["door"][:-1]:
            record.said.append("mark")
        for network in house.networks:
            network.let_go.set()
        until(lambda: house.supervisor.status["door"].abandoned == 0)
        # What came to an end at last had no effect any more.
        assert all(record.said[-1] == "mark" for record in house.records["door"][:-1])
        assert all(isinstance(record.said[-2], str) for record in house.records["door"][:-1])
        assert not house.supervisor.is_beyond_help
        assert house.supervisor.status["yard"].failures == 0
