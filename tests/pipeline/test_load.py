from collections import Counter

import pytest

from vedette.pipeline.inference_queue import QueueClosed
from vedette.pipeline.load import EvenQueue


class Device:
    """A queue whose clock is moved by the work alone, or by the test."""

    def __init__(self, **costs):
        self.now = 100.0
        self.costs = costs
        self.queue = EvenQueue(lambda: self.now)
        self.looks = Counter()

    def work(self, seconds):
        self.now += seconds

    def frame(self, camera, classifiers=1):
        """A frame that should be looked at; whether it was."""
        if not self.queue.is_due(camera):
            return False
        for _ in range(classifiers):
            self.queue.run(camera, lambda: self.work(self.costs.get(camera, 0.01)))
        self.looks[camera] += 1
        return True

    def film(self, cameras, seconds, rate=25, classifiers=1):
        """Frames of each camera in turn; those that come while the device works are as old as that."""
        began, number = self.now, 0
        while number < seconds * rate:
            self.now = max(self.now, began + number / rate)
            for camera in cameras:
                self.frame(camera, classifiers)
            number = max(number + 1, int((self.now - began) * rate))


def names(count):
    return [f"camera {number}" for number in range(count)]


def test_a_camera_that_is_alone_looks_at_every_frame_however_long_a_look_takes():
    device = Device(door=0.2)
    assert all(device.frame("door") for _ in range(20))


def test_cameras_that_the_device_can_serve_all_look_at_every_frame():
    device = Device()
    device.film(names(2), 4)
    assert set(device.looks.values()) == {100}


@pytest.mark.parametrize("count", [4, 8, 16, 32])
def test_cameras_that_are_too_many_look_less_often_and_all_alike(count):
    device = Device()
    device.film(names(count), 20)
    looks = device.looks.values()
    assert len(looks) == count
    assert max(looks) - min(looks) <= 2
    assert 0.6 * 20 < sum(looks) * 0.01 < 0.9 * 20


def test_a_camera_whose_looks_cost_more_looks_as_often_as_the_others():
    device = Device(**{"camera 0": 0.05})
    device.film(names(6), 20)
    looks = device.looks.values()
    assert max(looks) - min(looks) <= 2


def test_all_classifiers_of_a_frame_are_one_look():
    device = Device()
    device.film(names(6), 20, classifiers=3)
    assert sum(device.looks.values()) * 0.03 < 0.9 * 20


def test_a_camera_that_wants_no_looks_any_more_leaves_its_time_to_the_others():
    device = Device()
    device.film(names(8), 5)
    device.looks.clear()
    device.now += 2
    device.film(names(2), 4)
    assert min(device.looks.values()) >= 95


def test_who_does_not_ask_whether_it_is_due_is_served():
    device = Device()
    device.film(names(16), 3)
    assert device.queue.run("http", lambda: "seen") == "seen"
    assert device.queue.statistics["http"].served == 1


def test_it_can_be_closed_as_any_queue():
    queue = EvenQueue()
    assert queue.is_due("door")
    queue.close()
    with pytest.raises(QueueClosed):
        queue.run("door", lambda: None)
