import logging
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
