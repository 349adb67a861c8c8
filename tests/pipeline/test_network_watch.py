import threading

import pytest

from parts.supervised import Hands, until
from vedette.errors import BackendError
from vedette.pipeline.inference_queue import InferenceQueue, QueueClosed
from vedette.pipeline.network_watch import NetworkWatch, NetworkWatchSettings


class Loader:
    """Replaces networks as assembly does: the old queue is closed, a new one takes its place."""

    def __init__(self, clock):
        self.clock = clock
        self.queues = [InferenceQueue(clock)]
        self.told, self.fails = [], 0

    def on_stuck_network(self, queue, reason):
        self._replace("stuck", queue, reason)

    def on_failing_network(self, queue, reason):
        self._replace("failing", queue, reason)

    def _replace(self, trouble, queue, reason):
        self.told.append((trouble, reason))
        queue.close()
        if self.fails:
            self.fails -= 1
            self.queues = []
            raise BackendError("the device is gone.")
        self.queues = [InferenceQueue(self.clock)]


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def loader(clock):
    return Loader(clock)


@pytest.fixture
def watch(loader, clock):
    return NetworkWatch(lambda: loader.queues, loader, NetworkWatchSettings(stuck_limit=1), clock)


class Hanging:
    """Work that holds a queue until it is let go."""

    def __init__(self, queue):
        self.begun, self.end = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=queue.run, args=("door", self.work))
        self.thread.start()
        assert self.begun.wait(20)

    def work(self):
        self.begun.set()
        assert self.end.wait(20)

    def let_go(self):
        self.end.set()
        self.thread.join(20)


def fail(queue, times=1):
    def work():
        raise BackendError("the device is gone.")

    for _ in range(times):
        with pytest.raises(BackendError):
            queue.run("door", work)


def passes(watch, clock, seconds):
    for _ in range(round(seconds)):
        clock.seconds += 1
        watch.look()


def test_a_network_that_hangs_is_told_once_and_who_waited_for_it_is_sent_away(watch, loader, clock):
    queue = loader.queues[0]
    hanging = Hanging(queue)
    sent_away = []

    def wait():
        try:
            queue.run("yard", lambda: None)
        except QueueClosed:
            sent_away.append("yard")

    waiting = threading.Thread(target=wait)
    waiting.start()
    until(lambda: "yard" in queue.statistics)
    passes(watch, clock, 10)
    assert loader.told == []
    passes(watch, clock, 50)
    waiting.join(20)
    hanging.let_go()
    assert loader.told == [("stuck", "the network hung on a picture of door")]
    assert sent_away == ["yard"]
    assert watch.stuck == 1
    assert not watch.is_beyond_help


def test_networks_that_hang_again_and_again_need_a_new_process(watch, loader, clock):
    hanging = [Hanging(loader.queues[0])]
    passes(watch, clock, 12)
    hanging.append(Hanging(loader.queues[0]))
    passes(watch, clock, 12)
    assert watch.is_beyond_help
    assert len(loader.told) == 2
    for each in hanging:
        each.let_go()


def test_a_network_that_fails_so_often_in_a_row_is_told_once(watch, loader, clock):
    queue = loader.queues[0]
    fail(queue, 4)
    passes(watch, clock, 5)
    queue.run("door", lambda: None)
    fail(queue, 4)
    passes(watch, clock, 5)
    assert loader.told == []
    fail(queue)
    passes(watch, clock, 5)
    assert loader.told == [("failing", "the network failed 5 times in a row: the device is gone.")]


def test_a_network_that_cannot_be_replaced_is_tried_again_later_and_later(watch, loader, clock, caplog):
    loader.fails = 3
    fail(loader.queues[0], 5)
    told = []
    for second in range(20):
        before = len(loader.told)
        passes(watch, clock, 1)
        told += [second] * (len(loader.told) - before)
    assert told == [0, 1, 3, 7]
    assert "cannot be replaced" in caplog.text


def test_a_network_that_works_again_before_its_turn_is_not_replaced(watch, loader, clock):
    fail(loader.queues[0], 5)
    passes(watch, clock, 1)
    fail(loader.queues[0], 5)
    passes(watch, clock, 1)
    fail(loader.queues[0], 5)
    watch.look()
    loader.queues[0].run("door", lambda: None)
    passes(watch, clock, 10)
    assert len(loader.told) == 2


def test_it_looks_by_itself():
    loader = Loader(None)
    loader.queues = [InferenceQueue()]
    fail(loader.queues[0], 5)
    watch = NetworkWatch(lambda: loader.queues, loader)
    watch.start()
    until(lambda: loader.told)
    watch.close()
    watch.close()
