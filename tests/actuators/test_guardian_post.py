import itertools

import pytest

from vedette.actuators.guardian_messages import Plan, Refusal, Report
from vedette.actuators.guardian_post import GuardianPost, Patience
from vedette.errors import ActuatorError

PLAN = Plan(1.0, ())
REPORT = Report(0, 0, "", ())


class FakeGuardian:
    def __init__(self, hears):
        self.hears = hears
        self.is_alive = True
        self.is_reading = True
        self.last_words = None
        self.heard = []

    def send(self, wanted):
        if not self.is_reading:
            raise ActuatorError("full")
        self.heard.append(wanted)

    def kill(self):
        self.is_alive = False

    def close(self, timeout_seconds):
        if self.last_words is not None:
            self.hears(self.last_words)
        self.is_alive = False
        return True


class Posted:
    def __init__(self):
        self.now = 0.0
        self.hired, self.reports = [], []
        self.cannot = False
        patience = Patience(start_seconds=10.0, longest_delay_seconds=4.0, proven_after_seconds=60.0)
        self.post = GuardianPost(PLAN, self.reports.append, self.hire, patience, lambda: self.now)

    def hire(self, plan, hears):
        if self.cannot:
            raise ActuatorError("no more processes")
        self.hired.append(FakeGuardian(hears))
        return self.hired[-1]

    def ready(self):
        assert self.post.look_after() is None
        self.hired[-1].hears(REPORT)
        return self.hired[-1]

    def pass_time(self, seconds, reporting=False):
        """Looked after ten times a second; gives the losses."""
        losses = []
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            if reporting:
                self.hired[-1].hears(REPORT)
            losses.append(self.post.look_after())
        return [str(loss) for loss in losses if loss]


def test_the_first_guardian_is_started_at_once_and_ready_once_it_has_reported():
    posted = Posted()
    assert posted.post.look_after() is None
    assert not posted.post.is_ready
    posted.ready()
    assert posted.post.is_ready
    assert posted.reports == [REPORT]
    assert posted.post.successors == 0


def test_one_that_has_ended_is_told_once_and_followed_at_once():
    posted = Posted()
    posted.ready().is_alive = False
    assert posted.pass_time(0.2) == ["the guardian of the pins has ended; a new one is started."]
    assert len(posted.hired) == 2
    assert posted.post.successors == 1


def test_one_that_says_why_it_cannot_is_quoted_even_if_it_has_ended_before_it_was_heard():
    posted = Posted()
    posted.post.look_after()
    posted.hired[0].last_words = Refusal("pin 17 is busy.", "Stop the other program.")
    posted.hired[0].is_alive = False
    assert posted.pass_time(0.1) == ["pin 17 is busy. Stop the other program."]


def test_one_that_falls_silent_is_killed_and_followed():
    posted = Posted()
    stuck = posted.ready()
    assert posted.pass_time(0.9) == []
    assert posted.pass_time(0.3) == ["the guardian of the pins does not answer; a new one is started."]
    assert not stuck.is_alive


def test_one_that_does_not_read_is_killed_and_followed():
    posted = Posted()
    posted.ready().is_reading = False
    posted.post.send(("flap",), 0.0)
    assert posted.pass_time(0.1, reporting=True)
    assert not posted.hired[0].is_alive


def test_one_that_never_reports_is_killed_after_a_while():
    posted = Posted()
    assert posted.pass_time(9.9) == []
    assert posted.pass_time(0.3) == ["the guardian of the pins does not begin to report."]


def test_that_this_process_slept_is_not_the_guardians_silence():
    posted = Posted()
    posted.ready()
    posted.now += 30.0
    assert posted.post.look_after() is None
    assert posted.pass_time(1.2) != []


def test_those_that_end_again_and_again_are_followed_later_and_later():
    posted = Posted()
    started = []
    for _ in range(400):
        count = len(posted.hired)
        posted.pass_time(0.1)
        if len(posted.hired) > count:
            started.append(posted.now)
            posted.hired[-1].is_alive = False
    gaps = [round(after - before, 1) for before, after in itertools.pairwise(started)]
    assert gaps[:5] == pytest.approx([0.2, 0.6, 1.1, 2.1, 4.1], abs=0.15)
    assert max(gaps) < 4.5


def test_one_that_has_proven_itself_is_followed_at_once_again():
    posted = Posted()
    for _ in range(5):
        posted.pass_time(10)
        posted.hired[-1].is_alive = False
    posted.pass_time(10)
    posted.hired[-1].hears(REPORT)
    posted.pass_time(61, reporting=True)
    count = len(posted.hired)
    posted.hired[-1].is_alive = False
    posted.pass_time(0.3)
    assert len(posted.hired) == count + 1


def test_that_none_can_be_started_is_told_and_tried_again():
    posted = Posted()
    posted.cannot = True
    assert set(posted.pass_time(3)) == {"no more processes"}
    posted.cannot = False
    posted.pass_time(5)
    assert len(posted.hired) == 1


def test_what_a_dismissed_one_says_is_not_heard():
    posted = Posted()
    gone = posted.ready()
    gone.is_alive = False
    posted.pass_time(0.1)
    gone.hears(REPORT)
    assert posted.reports == [REPORT]


def test_heartbeats_are_numbered_upwards_for_every_guardian():
    posted = Posted()
    guardian = posted.ready()
    posted.post.send((), 1.0)
    posted.post.send(("flap",), 2.0)
    assert [each.sequence for each in guardian.heard] == [1, 2]
    assert [each.acting for each in guardian.heard] == [(), ("flap",)]


def test_after_its_end_no_guardian_is_started_any_more():
    posted = Posted()
    posted.ready()
    assert posted.post.close(1.0)
    posted.pass_time(5)
    assert len(posted.hired) == 1
