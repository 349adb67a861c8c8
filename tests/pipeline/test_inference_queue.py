from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parts.supervised import Hands
from vedette.errors import BackendError
from vedette.pipeline.inference_queue import Holding, InferenceQueue, QueueClosed, Superseded, TurnTimeout


class Bench:
    """A queue whose device is held until `free`, and callers whose arrival is waited for."""

    def __init__(self) -> None:
        self.queue = InferenceQueue()
        self.order: list[object] = []
        self._gate = threading.Event()
        self._pool = ThreadPoolExecutor(32)
        self._begun = threading.Event()
        self.held = self._pool.submit(self.queue.run, "holder", self._hold)
        assert self._begun.wait(5)

    def _hold(self) -> str:
        self._begun.set()
        assert self._gate.wait(20)
        return "held"

    def ask(self, camera: str, name: object = None, timeout_seconds: float | None = None) -> Future:
        before = self._arrivals(camera)
        future = self._pool.submit(
            self.queue.run, camera, lambda: self.order.append(name or camera), timeout_seconds
        )
        until(lambda: self._arrivals(camera) > before or future.done())
        return future

    def _arrivals(self, camera: str) -> int:
        seen = self.queue.statistics.get(camera)
        return seen.superseded + seen.is_waiting if seen else 0

    def free(self) -> None:
        self._gate.set()
        assert self.held.result(5) == "held"
        self._pool.shutdown(wait=True)


def until(claim) -> None:
    deadline = time.monotonic() + 10
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.0005)


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.free()


def test_work_runs_in_its_callers_thread_and_its_result_comes_back():
    queue = InferenceQueue()
    assert queue.run("door", threading.get_ident) == threading.get_ident()
    assert queue.statistics["door"].served == 1


def test_cameras_take_turns_in_the_order_in_which_they_came(bench):
    for camera in ("street", "door", "yard"):
        bench.ask(camera)
    bench.free()
    assert bench.order == ["street", "door", "yard"]


def test_a_newer_request_of_the_same_camera_supersedes_the_older_and_takes_its_place(bench):
    older = bench.ask("door", "old picture")
    bench.ask("street")
    newer = bench.ask("door", "new picture")
    with pytest.raises(Superseded, match="door"):
        older.result(5)
    bench.free()
    newer.result(5)
    assert bench.order == ["new picture", "street"]
    door = bench.queue.statistics["door"]
    assert (door.served, door.superseded, door.is_waiting) == (1, 1, False)


def test_at_most_one_request_a_camera_waits(bench):
    futures = [bench.ask("door", number) for number in range(1, 8)]
    bench.free()
    assert bench.order == [7]
    assert sum(isinstance(future.exception(), Superseded) for future in futures) == 6


def test_an_exception_in_the_work_passes_through_and_frees_the_device():
    queue = InferenceQueue()
    with pytest.raises(ZeroDivisionError):
        queue.run("door", lambda: 1 // 0)
    assert queue.run("street", lambda: "free") == "free"


def test_an_exception_in_the_work_hands_the_device_to_who_waits():
    queue, begun = InferenceQueue(), threading.Event()

    def fail() -> None:
        begun.set()
        until(lambda: queue.statistics.get("street") is not None)
        raise ValueError("a broken frame")

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(queue.run, "door", fail)
        assert begun.wait(5)
        assert pool.submit(queue.run, "street", lambda: "served").result(10) == "served"
        assert isinstance(failing.exception(), ValueError)


def test_a_turn_that_does_not_come_in_time_is_given_up_and_counted(bench):
    with pytest.raises(TurnTimeout, match="door"):
        bench.queue.run("door", lambda: "never", timeout_seconds=0)
    assert bench.queue.statistics["door"].timed_out == 1
    assert not bench.queue.statistics["door"].is_waiting
    bench.ask("door")
    bench.free()
    assert bench.order == ["door"]


def test_close_wakes_who_waits_and_refuses_who_comes(bench):
    waiting = [bench.ask(camera) for camera in ("door", "street")]
    bench.queue.close()
    bench.queue.close()
    for future in waiting:
        with pytest.raises(QueueClosed):
            future.result(5)
    with pytest.raises(QueueClosed):
        bench.queue.run("yard", lambda: "never")
    bench.free()
    assert bench.order == []


def test_work_that_asks_its_own_queue_is_refused_instead_of_waiting_for_itself():
    queue = InferenceQueue()
    with pytest.raises(RuntimeError, match="same queue"):
        queue.run("door", lambda: queue.run("door", lambda: "never"))
    assert queue.run("door", lambda: "free") == "free"


@settings(max_examples=15, deadline=None)
@given(cameras=st.integers(2, 8), rounds=st.integers(1, 12))
def test_cameras_that_always_wait_are_served_equally_often(cameras, rounds):
    queue, order = InferenceQueue(), []
    names = [f"camera {number}" for number in range(cameras)]
    all_wait = threading.Event()

    def work(name: str) -> None:
        # Serve only while every other camera waits; in the last round some have gone home.
        if len(order) < cameras * (rounds - 1):
            until(lambda: sum(each.is_waiting for each in queue.statistics.values()) >= cameras - 1)
        order.append(name)

    def camera(name: str) -> None:
        assert all_wait.wait(5)
        for _ in range(rounds):
            queue.run(name, lambda: work(name))

    threads = [threading.Thread(target=camera, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    all_wait.set()
    for thread in threads:
        thread.join(30)
    counts: Counter[str] = Counter()
    for name in order[: cameras * (rounds - 1)]:
        counts[name] += 1
        assert max(counts.values()) - min(counts[each] for each in names) <= 1
    assert Counter(order) == dict.fromkeys(names, rounds)


@settings(max_examples=40, deadline=None)
@given(
    requests=st.lists(
        st.sampled_from(["door", "street", "yard", "gate", "timeout:door", "timeout:yard"]), max_size=24
    )
)
def test_whatever_comes_while_the_device_is_busy_is_served_superseded_or_timed_out(requests):
    """Against a model of a few lines: an ordered dict from camera to its newest request."""
    bench, model, superseded = Bench(), {}, Counter()
    for number, request in enumerate(requests, start=1):
        camera = request.removeprefix("timeout:")
        superseded[camera] += camera in model
        if request.startswith("timeout:"):
            model.pop(camera, None)
            wait([bench.ask(camera, number, timeout_seconds=0)])
        else:
            model[camera] = number
            bench.ask(camera, number)
    bench.free()
    assert bench.order == list(model.values())
    statistics = bench.queue.statistics
    for camera in {request.removeprefix("timeout:") for request in requests}:
        assert statistics[camera].served == (camera in model)
        assert statistics[camera].superseded == superseded[camera]
        assert statistics[camera].timed_out == requests.count(f"timeout:{camera}")


def test_many_threads_at_once_never_share_the_device_and_lose_no_request():
    queue, inside, most = InferenceQueue(), 0, 0
    served: Counter[str] = Counter()

    def work(camera: str) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        served[camera] += 1
        time.sleep(0)
        inside -= 1

    def ask(camera: str) -> int:
        dropped = 0
        for _ in range(200):
            try:
                queue.run(camera, lambda: work(camera))
            except Superseded:
                dropped += 1
        return dropped

    with ThreadPoolExecutor(8) as pool:
        dropped = list(pool.map(ask, [f"camera {number % 4}" for number in range(8)]))
    assert most == 1
    assert sum(served.values()) + sum(dropped) == 1600
    assert sum(each.superseded for each in queue.statistics.values()) == sum(dropped)


def test_it_tells_who_holds_the_device_and_for_how_long():
    clock = Hands()
    queue = InferenceQueue(clock)
    assert queue.holding is None
    assert queue.holding_seconds == 0.0

    def work():
        clock.seconds += 7
        return queue.holding

    assert queue.run("door", work) == Holding("door", 7.0)
    assert queue.holding is None


def test_the_time_of_who_waited_begins_with_its_turn(bench):
    seen = []
    bench.order = Appends(lambda: seen.append(bench.queue.holding))
    bench.ask("yard")
    assert bench.queue.holding.camera == "holder"
    bench.free()
    assert [holding.camera for holding in seen] == ["yard"]


class Appends:
    def __init__(self, call):
        self.append = lambda name: call()


def test_who_would_wait_for_a_device_that_hangs_is_sent_away_at_once():
    clock = Hands()
    queue = InferenceQueue(clock)
    begun, end = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        hangs = pool.submit(queue.run, "door", lambda: begun.set() or end.wait(20))
        assert begun.wait(20)
        clock.seconds += 6
        with pytest.raises(TurnTimeout):
            queue.run("yard", lambda: None, timeout_seconds=5)
        patient = pool.submit(queue.run, "yard", lambda: "served", timeout_seconds=20)
        until(lambda: queue.statistics["yard"].is_waiting)
        end.set()
        assert patient.result(20) == "served"
        hangs.result(20)
    assert queue.statistics["yard"].timed_out == 1


def test_failures_are_counted_and_a_success_ends_a_row_of_them():
    queue = InferenceQueue()

    def fails():
        raise BackendError("the device is gone.")

    for _ in range(3):
        with pytest.raises(BackendError):
            queue.run("door", fails)
    assert queue.failures_in_a_row == 3
    assert queue.last_failure == "the device is gone."
    queue.run("door", lambda: None)
    assert queue.failures_in_a_row == 0
    assert queue.statistics["door"].failed == 3
    assert queue.statistics["door"].served == 4
