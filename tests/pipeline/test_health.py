import pytest

from parts.supervised import Hands, Run, until
from vedette.errors import SourceError
from vedette.pipeline.camera_health import HealthSettings
from vedette.pipeline.camera_run import CameraTask
from vedette.pipeline.health import Health
from vedette.pipeline.supervised_camera import CameraStatus, SupervisionSettings
from vedette.pipeline.supervisor import Supervisor
from vedette.sources.protocol import SourceStatus


class Ward:
    """One camera whose run, status and clock are moved by hand."""

    def __init__(self, is_live=True, settings=None):
        self.clock, self.news = Hands(), []
        self.run = Run(is_live=is_live)
        self.status = {"door": CameraStatus("running", 0.0)}
        self.health = Health(self, self, self.clock)
        self.health.watch("door", settings or HealthSettings())

    @property
    def runs(self):
        return {"door": self.run}

    def lost(self, camera, reason, silent_seconds):
        self.news.append(("lost", reason))

    def returned(self, camera, silent_seconds):
        self.news.append(("returned", round(silent_seconds)))

    def passes(self, seconds, every=None):
        """Time goes by; a frame comes `every` so many seconds, if any."""
        for half in range(1, round(seconds * 2) + 1):
            self.clock.seconds += 0.5
            if every and (half / 2) % every == 0:
                self.run.pulse.frames += 1
            self.health.look()

    @property
    def now(self):
        return self.health.status["door"]


def test_a_camera_that_delivers_is_well():
    ward = Ward()
    ward.passes(100, every=0.5)
    assert ward.news == []
    assert not ward.now.is_lost
    assert ward.now.frames_per_second == pytest.approx(2.0)


def test_a_camera_is_lost_once_and_back_once():
    ward = Ward()
    ward.passes(5, every=0.5)
    ward.run.source.status = SourceStatus("waiting", last_error="cannot connect to the camera.")
    ward.passes(10)
    assert ward.news == []
    ward.passes(50)
    assert ward.news == [("lost", "it gives no picture: cannot connect to the camera.")]
    assert ward.now.is_lost
    assert ward.now.silent_seconds >= 50
    first = ward.now.lost_since
    ward.passes(10)
    assert ward.now.lost_since == first
    ward.passes(5, every=0.5)
    assert ward.now.lost_since is None
    assert ward.news[1:] == [("returned", 71)]
    assert not ward.now.is_lost
    ward.passes(30, every=0.5)
    assert len(ward.news) == 2


def test_a_camera_that_never_came_is_lost_too():
    ward = Ward()
    ward.run.source.status = SourceStatus("connecting")
    ward.passes(12)
    assert ward.news == [("lost", "it gives no picture: its source is connecting")]


def test_a_picture_now_and_then_does_not_make_a_camera_well():
    ward = Ward()
    ward.passes(120, every=15)
    assert [what for what, _ in ward.news] == ["lost"]


def test_a_camera_of_one_picture_a_second_can_be_lost_and_back():
    ward = Ward()
    ward.passes(12)
    ward.passes(5, every=1)
    assert [what for what, _ in ward.news] == ["lost", "returned"]


def test_a_camera_that_hangs_is_lost_and_the_stage_is_named():
    ward = Ward()
    ward.run.pulse.stage = "the network of cats"
    ward.passes(12)
    assert ward.news == [("lost", "it gives no picture: it is stuck in the network of cats")]


def test_a_thread_that_died_is_a_loss_at_once_and_the_restart_is_the_return():
    ward = Ward()
    ward.passes(5, every=0.5)
    ward.status = {"door": CameraStatus("restarting", 0.0, failures=1, last_failure="ValueError: odd")}
    ward.passes(0.5)
    assert ward.news == [("lost", "ValueError: odd")]
    ward.run = Run()
    ward.status = {
        "door": CameraStatus("running", 0.0, restarts=1, failures=1, last_failure="ValueError: odd")
    }
    ward.passes(2, every=0.5)
    assert [what for what, _ in ward.news] == ["lost", "returned"]


def test_a_loop_that_dies_again_and_again_is_one_outage():
    ward = Ward()
    for failures in range(1, 30):
        ward.status = {"door": CameraStatus("running", 0.0, failures=failures, last_failure="it died")}
        ward.run = Run()
        ward.passes(0.5, every=0.5)
    assert ward.news == [("lost", "it died")]


def test_a_camera_that_was_given_up_stays_lost():
    ward = Ward()
    ward.status = {"door": CameraStatus("failed", 0.0, failures=4, last_failure="given up")}
    ward.run = None
    ward.passes(100)
    assert ward.news == [("lost", "given up")]


def test_a_loop_that_was_built_anew_on_purpose_is_no_loss():
    ward = Ward()
    ward.passes(5, every=0.5)
    ward.run = None
    ward.passes(3)
    ward.run = Run()
    ward.status = {"door": CameraStatus("running", 0.0, restarts=1)}
    ward.passes(5, every=0.5)
    assert ward.news == []


@pytest.mark.parametrize("state", ["idle", "ended"])
def test_what_has_not_begun_or_has_ended_is_not_lost(state):
    ward = Ward()
    ward.status = {"door": CameraStatus(state, 0.0)}
    ward.run = None
    ward.passes(60)
    assert ward.news == []


def test_a_recording_that_pauses_and_a_camera_that_may_be_silent_are_not_lost():
    recording = Ward(is_live=False)
    recording.passes(60)
    silent = Ward(settings=HealthSettings(lost_after_seconds=None))
    silent.passes(3600)
    assert recording.news == silent.news == []


def test_overload_shows():
    ward = Ward()
    pulse = ward.run.pulse
    for second in range(20):
        pulse.looks_wanted += 10
        pulse.looks_not_served += 2
        pulse.looks_failed += 1
        ward.run.source.status = SourceStatus("connected", dropped=6 * second)
        ward.passes(1, every=0.5)
    assert ward.now.not_served_share == pytest.approx(0.3)
    assert ward.now.dropped_per_second == pytest.approx(6, abs=0.7)


def test_nobody_is_told_of_a_camera_that_was_forgotten():
    ward = Ward()
    ward.passes(9)
    ward.health.forget("door")
    ward.passes(60)
    assert ward.news == []
    assert ward.health.status == {}


def test_a_listener_that_raises_is_logged_and_told_of_the_return(caplog):
    ward = Ward()
    ward.lost = lambda *_: 1 / 0
    ward.passes(12)
    ward.passes(3, every=0.5)
    assert [what for what, _ in ward.news] == ["returned"]
    assert "ZeroDivisionError" in caplog.text


def test_it_looks_by_itself_at_cameras_that_are_kept_alive(caplog):
    def deliver(run):
        while not run.stopped.wait(0.01):
            run.pulse.frames += 1

    def fail(run):
        raise SourceError("it broke.")

    news = []

    class Listener:
        def lost(self, camera, reason, silent_seconds):
            news.append(("lost", reason))

        def returned(self, camera, silent_seconds):
            news.append(("returned", camera))

    runs = [Run(deliver), Run(fail)]
    settings = SupervisionSettings(first_delay_seconds=0.01)
    supervisor = Supervisor([CameraTask("door", runs.pop)], settings)
    health = Health(supervisor, Listener())
    health.watch("door", HealthSettings())
    supervisor.start()
    health.start()
    until(lambda: len(news) >= 2)
    health.close()
    supervisor.stop()
    assert supervisor.wait(20)
    assert news == [("lost", "it broke."), ("returned", "door")]
