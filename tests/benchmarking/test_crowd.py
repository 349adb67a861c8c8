import time
from datetime import UTC, datetime, timedelta

from parts.explained import PIXELS, STILL
from vedette.benchmarking.crowd import measure_crowd
from vedette.values.frame import Frame
from vedette.values.trail import Trail


class Camera:
    """Shows frames that are `late_seconds` late, a hundred a second, until it is closed."""

    def __init__(self, name, watcher, late_seconds):
        self.name, self.watcher, self.late_seconds, self.is_closed = name, watcher, late_seconds, False

    def run(self):
        while not self.is_closed:
            due = datetime.now(UTC) - timedelta(seconds=self.late_seconds)
            self.watcher(Trail(Frame(self.name, 0, due, 0.0, 8, 8, PIXELS), STILL, {}, (), 0.0))
            time.sleep(0.01)

    def close(self):
        self.is_closed = True


def test_rates_and_lateness_are_those_of_the_cameras():
    made = []

    def make(name, watcher):
        made.append(Camera(name, watcher, late_seconds=0.2 * (len(made) + 1)))
        return made[-1], made[-1]

    crowd = measure_crowd(make, 3, settle_seconds=0.05, seconds=0.5)
    assert crowd.cameras == 3
    assert 0 < crowd.slowest <= crowd.rate <= crowd.fastest
    assert 200 <= crowd.late_median <= crowd.late_most
    assert crowd.late_most >= 600
    assert crowd.looks == 0
    assert all(camera.is_closed for camera in made)
