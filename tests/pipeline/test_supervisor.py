import logging
import subprocess
import sys
import threading

from vedette.errors import SourceError
from vedette.pipeline.supervisor import CameraTask, Supervisor


def test_a_camera_that_fails_says_why_and_the_others_go_on(caplog):
    stopped = threading.Event()

    def fails():
        raise SourceError("the clip is gone.", "Fetch it again.")

    tasks = [
        CameraTask("yard", fails, lambda: None),
        CameraTask("door", lambda: stopped.wait(10) and None, stopped.set),
    ]
    supervisor = Supervisor(tasks)
    with caplog.at_level(logging.ERROR):
        supervisor.start()
        assert not supervisor.wait(0.2)
        assert supervisor.is_running
        supervisor.stop()
        assert supervisor.wait(10)
    assert supervisor.failures == {"yard": "the clip is gone. Fetch it again."}
    assert "yard" in caplog.text


def test_an_error_that_should_not_happen_is_named_too(caplog):
    supervisor = Supervisor([CameraTask("yard", lambda: 1 / 0, lambda: None)])
    supervisor.start()
    assert supervisor.wait(10)
    assert "ZeroDivisionError" in supervisor.failures["yard"]


def test_what_was_never_started_can_be_waited_for():
    assert Supervisor([CameraTask("yard", lambda: None, lambda: None)]).wait(1)


def test_the_time_out_is_for_all_cameras_together():
    release = threading.Event()
    tasks = [CameraTask(name, lambda: release.wait(20) and None, release.set) for name in "abcdefgh"]
    supervisor = Supervisor(tasks)
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
from vedette.pipeline.supervisor import CameraTask, Supervisor
stopped = threading.Event()
supervisor = Supervisor([CameraTask("door", lambda: stopped.wait(20) and None, stopped.set)])
supervisor.start()
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    supervisor.wait()
except KeyboardInterrupt:
    print(supervisor.is_running, supervisor.wait(0.1))
    supervisor.stop()
    print(supervisor.wait(20))
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "False", "True"]
