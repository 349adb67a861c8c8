import logging
import subprocess
import sys
import threading
from collections import Counter

import pytest

from parts.supervised import Hands, Run, until
from vedette.errors import SourceError
from vedette.pipeline.camera_run import CameraTask
from vedette.pipeline.supervised_camera import SupervisionSettings
from vedette.pipeline.supervisor import Supervisor
from vedette.sources.protocol import SourceStatus


class House:
    """Cameras by name, each with a list of runs still to be built; the clock moves only when it is told."""

    def __init__(self, settings=None, silence_seconds=30.0, **cameras):
        self.clock, self.told = Hands(), []
        self.built = {name: [] for name in cameras}
        self.plans = {name: list(runs) for name, runs in cameras.items()}
        self.silence_seconds = silence_seconds
        self.supervisor = Supervisor(
            [self.task(name) for name in cameras],
            settings,
            lambda camera, reason: self.told.append((camera, reason)),
            self.clock,
        )

    def task(self, name):
        return CameraTask(name, lambda: self.build(name), silence_seconds=self.silence_seconds)

    def build(self, name):
        run = self.plans[name].pop(0) if self.plans.get(name) else Run()
        if isinstance(run, Exception):
            raise run
        self.built.setdefault(name, []).append(run)
        return run

    def passes(self, seconds, step=0.5):
        for _ in range(round(seconds / step)):
            self.clock.seconds += step
            self.supervisor.look()

    def status(self, name="door"):
        return self.supervisor.status[name]

    def is_running(self, number, name="door"):
        """The camera's `number`th run, from 1, has begun."""
        return len(self.built[name]) >= number and self.built[name][number - 1].begun.is_set()

    def begin(self):
        self.supervisor.start()
        for name in self.plans:
            until(lambda name=name: self.is_running(1, name))


@pytest.fixture
def house():
    houses = []

    def build(*arguments, **cameras):
        houses.append(House(*arguments, **cameras))
        return houses[-1]

    yield build
    for each in houses:
        each.supervisor.stop()
        assert each.supervisor.wait(20)


def fails(error):
    def fail(run):
        raise error

    return fail


def hangs(stage):
    """Stands in a stage until it is set free, whatever it is told."""

    def hang(run):
        run.pulse.stage = stage
        run.released = threading.Event()
        run.begun.set()
        run.stopped.wait(20)

    return hang


def deaf(stage="the gate"):
    run = Run(hangs(stage))
    run.stop = lambda: None
    run.release = run.stopped.set
    return run


def test_a_camera_that_fails_says_why_and_is_built_anew_while_the_others_go_on(house, caplog):
    with caplog.at_level(logging.ERROR):
        home = house(yard=[Run(fails(SourceError("the camera is gone.", "Plug it in.")))], door=[Run()])
        home.begin()
        until(lambda: home.status("yard").state == "restarting")
    assert home.supervisor.failures == {"yard": "the camera is gone. Plug it in."}
    assert home.told == [("yard", "the camera is gone. Plug it in.")]
    assert "yard" in caplog.text
    home.passes(1.0)
    until(lambda: home.is_running(2, "yard"))
    assert home.status("yard").state == "running"
    assert home.status("yard").restarts == 1
    assert home.supervisor.failures == {}
    assert home.status("door").restarts == 0
    assert len(home.built["door"]) == 1


def test_an_error_that_should_not_happen_is_named_too(house, caplog):
    home = house(door=[Run(lambda run: 1 / 0)])
    home.begin()
    until(lambda: home.status().state == "restarting")
    assert "ZeroDivisionError" in home.supervisor.failures["door"]


def test_a_live_source_that_ends_has_failed(house):
    home = house(door=[Run(lambda run: None)])
    home.begin()
    until(lambda: home.status().state == "restarting")
    assert "ended" in home.status().last_failure


def test_a_recording_that_ended_well_has_ended_and_one_that_failed_has_failed(house, caplog):
    home = house(
        good=[Run(lambda run: None, is_live=False)],
        cut_off=[Run(fails(SourceError("the file is cut off.")), is_live=False)],
    )
    home.supervisor.start()
    assert home.supervisor.wait(20)
    assert {name: status.state for name, status in home.supervisor.status.items()} == {
        "good": "ended",
        "cut_off": "failed",
    }
    home.passes(100)
    assert {name: len(runs) for name, runs in home.built.items()} == {"good": 1, "cut_off": 1}
    assert home.supervisor.failures == {"cut_off": "the file is cut off."}
    assert not home.supervisor.is_beyond_help


def test_a_recording_that_plays_again_and_again_is_begun_anew_when_it_fails(house, caplog):
    home = house(
        door=[
            Run(fails(OSError("too many open files")), is_live=False, is_endless=True),
            Run(is_live=False, is_endless=True),
        ]
    )
    home.begin()
    until(lambda: home.status().state == "restarting")
    home.passes(1.0)
    until(lambda: home.is_running(2))
    assert home.status().state == "running"


def test_what_cannot_be_built_is_tried_again(house, caplog):
    home = house(door=[SourceError("no such device.")])
    home.supervisor.start()
    until(lambda: home.status().state == "restarting")
    home.passes(1.0)
    until(lambda: home.is_running(1))


def test_the_waits_double_up_to_the_longest_and_a_good_minute_is_a_new_beginning(house, caplog):
    def once_told(run):
        run.stopped.wait(20)
        raise SourceError("gone.")

    home = house(silence_seconds=None, door=[Run(once_told) for _ in range(20)])
    home.begin()

    def dies_after(seconds):
        home.passes(seconds)
        number = len(home.built["door"])
        failures = home.status().failures
        home.built["door"][-1].stop()
        until(lambda: home.status().failures == failures + 1)
        began = home.clock.seconds
        while len(home.built["door"]) == number:
            home.passes(0.25, step=0.25)
            until(lambda: home.status().state == "restarting" or home.is_running(number + 1))
        return home.clock.seconds - began

    assert [dies_after(1) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert dies_after(60) == 0.5
    assert dies_after(59) == 1


def test_a_stuck_camera_is_cut_off_and_another_thread_takes_its_place(house, caplog):
    stuck = deaf("the network of cats")
    home = house(door=[stuck], yard=[Run()])
    home.begin()
    home.passes(10)
    assert home.status().state == "running"
    assert home.status().stage == "the network of cats"
    assert home.status().stage_seconds >= 9
    home.passes(2)
    assert stuck.abandoned == ["it was stuck in the network of cats for 10 s"]
    assert home.told == [("door", "it was stuck in the network of cats for 10 s")]
    assert home.status().abandoned == 1
    home.passes(1)
    until(lambda: home.is_running(2))
    stuck.release()
    until(lambda: home.status().abandoned == 0)
    assert home.status().state == "running"
    assert home.status().failures == 1
    assert len(home.built["yard"]) == 1


def test_a_camera_that_goes_on_slowly_is_not_stuck(house):
    home = house(door=[deaf()])
    home.begin()
    run = home.built["door"][0]
    for _ in range(10):
        home.passes(9)
        run.pulse.frames += 1
    assert run.abandoned == []
    run.release()


def test_a_source_that_is_connected_and_does_nothing_is_stuck_after_its_own_time(house, caplog):
    home = house(door=[Run()])
    home.begin()
    source = home.built["door"][0].source
    for corrupt in range(10):
        source.status = SourceStatus("connected", corrupt=corrupt)
        home.passes(29)
    assert home.status().failures == 0
    home.passes(3)
    assert home.status().last_failure == "its source was connected and did nothing for 30 s"


def test_a_source_that_waits_for_its_next_attempt_or_for_pushed_pictures_may_wait_for_ever(house):
    home = house(door=[Run()])
    home.begin()
    home.built["door"][0].source.status = SourceStatus("waiting")
    home.passes(600)
    pushed = house(silence_seconds=None, porch=[Run()])
    pushed.begin()
    pushed.passes(600)
    assert home.told == pushed.told == []


def test_one_whose_threads_hang_again_and_again_is_given_up_loudly(house, caplog):
    limited = SupervisionSettings(abandoned_limit=2)
    home = house(limited, silence_seconds=None, door=[deaf() for _ in range(5)], yard=[Run()])
    home.begin()
    for number in range(1, 4):
        assert not home.supervisor.is_beyond_help
        home.passes(3)
        until(lambda number=number: home.is_running(number))
        while home.status().failures < number:
            home.passes(0.5)
    assert home.status().state == "failed"
    assert home.status().abandoned == 3
    assert "given up" in home.status().last_failure
    assert home.supervisor.is_beyond_help
    home.passes(100)
    assert len(home.built["door"]) == 3
    assert home.status("yard").state == "running"
    for run in home.built["door"]:
        run.release()


def test_who_was_stopped_for_a_while_does_not_take_the_others_for_stuck(house):
    home = house(door=[deaf()])
    home.begin()
    home.passes(3600, step=3600)
    home.passes(2)
    assert home.status().failures == 0
    home.built["door"][0].release()


def test_a_camera_that_uses_something_new_is_built_anew_at_once_and_that_is_no_failure(house):
    home = house(door=[Run()])
    home.begin()
    home.supervisor.rebuild("door")
    until(lambda: home.is_running(2))
    assert home.status().restarts == 1
    assert home.told == []


def test_one_that_hangs_while_it_should_be_built_anew_is_cut_off(house):
    deaf_run = deaf("the source")
    home = house(door=[deaf_run])
    home.begin()
    home.supervisor.rebuild("door")
    home.passes(12)
    until(lambda: home.is_running(2))
    assert deaf_run.abandoned
    assert home.told == []
    deaf_run.release()


def test_cameras_come_and_go_and_the_others_do_not_notice(house):
    home = house(door=[Run()])
    home.begin()
    home.supervisor.add(home.task("yard"))
    until(lambda: home.built.get("yard") and home.is_running(1, "yard"))
    with pytest.raises(ValueError, match="there already"):
        home.supervisor.add(home.task("yard"))
    assert home.supervisor.remove("yard", 20)
    assert home.supervisor.remove("yard", 20)
    assert home.built["yard"][0].stopped.is_set()
    assert set(home.supervisor.status) == {"door"}
    home.supervisor.add(home.task("yard"))
    until(lambda: len(home.built["yard"]) == 2)
    assert Counter(map(len, home.built.values())) == {1: 1, 2: 1}
    assert home.status("door").restarts == 0


def test_a_camera_that_does_not_go_is_cut_off(house):
    stuck = deaf()
    home = house(door=[stuck], yard=[Run()])
    home.begin()
    assert not home.supervisor.remove("door", 0.01)
    assert stuck.abandoned
    assert set(home.supervisor.status) == {"yard"}
    stuck.release()


def test_a_camera_that_cannot_be_asked_to_end_does_not_keep_the_others_from_it(caplog):
    odd, good = Run(), Run()
    odd.stop = lambda: 1 / 0
    tasks = [CameraTask("odd", Run, first=odd), CameraTask("good", Run, first=good)]
    supervisor = Supervisor(tasks)
    supervisor.start()
    supervisor.rebuild("nobody")
    supervisor.stop()
    until(good.stopped.is_set)
    assert "cannot be asked" in caplog.text
    odd.stopped.set()
    assert supervisor.wait(20)


def test_a_camera_that_waits_for_its_next_attempt_ends_at_once(house, caplog):
    home = house(door=[Run(fails(SourceError("gone.")))])
    home.begin()
    until(lambda: home.status().state == "restarting")
    home.supervisor.stop()
    assert home.supervisor.wait(20)


def test_a_run_that_is_built_already_is_the_first():
    first, built = Run(), []
    supervisor = Supervisor([CameraTask("door", lambda: built.append(1), first=first)])
    assert not first.begun.is_set()
    supervisor.start()
    until(first.begun.is_set)
    assert supervisor.runs == {"door": first}
    supervisor.stop()
    assert supervisor.wait(20)
    assert built == []


def test_who_fails_to_be_told_of_a_failure_does_not_stop_the_restart(caplog):
    runs = [Run(), Run(fails(SourceError("gone.")))]
    settings = SupervisionSettings(first_delay_seconds=0.01)
    supervisor = Supervisor([CameraTask("door", runs.pop)], settings, lambda camera, reason: 1 / 0)
    supervisor.start()
    until(lambda: supervisor.status["door"].restarts == 1)
    supervisor.stop()
    assert supervisor.wait(20)


def test_what_was_never_started_can_be_waited_for():
    supervisor = Supervisor([CameraTask("yard", Run)])
    assert supervisor.wait(1)
    assert supervisor.status["yard"].state == "idle"


def test_the_time_out_is_for_all_cameras_together():
    supervisor = Supervisor([CameraTask(name, Run) for name in "abcdefgh"])
    supervisor.start()
    waits = []
    ended = threading.Thread(target=lambda: waits.append(supervisor.wait(0.3)))
    ended.start()
    ended.join(2.0)  # eight times 0.3 s would be more
    assert waits == [False]
    supervisor.stop()
    assert supervisor.wait(20)


def test_a_wait_that_ctrl_c_interrupts_does_not_take_a_camera_for_ended():
    """As a process of its own, because the signal comes to the main thread."""
    script = """
import os, signal, threading
from vedette.pipeline.camera_run import CameraTask
from vedette.pipeline.supervisor import Supervisor
from parts.supervised import Run
supervisor = Supervisor([CameraTask("door", Run)])
supervisor.start()
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    supervisor.wait()
except KeyboardInterrupt:
    print(supervisor.is_running, supervisor.wait(0.1))
    supervisor.stop()
    print(supervisor.wait(20))
"""
    told = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert told.stdout.split() == ["True", "False", "True"]
