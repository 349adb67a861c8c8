import itertools
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from parts.happenings import START, event, frame, verdict
from vedette.events.lifecycle import UNCLEAN_STOP, EventRecorder, close_events, close_left_open
from vedette.values.event import Importance, Phase


class Unclosed:
    def __init__(self, *events):
        self.events = events

    def unclosed(self):
        return self.events


class Handed:
    """What a recorder handed over."""

    def __init__(self):
        self.words = []

    def __call__(self, happening):
        self.words.append(happening)

    @property
    def phases(self):
        return [each.phase.value for each in self.words]

    @property
    def events(self):
        return [each.event for each in self.words]


def numbered():
    numbers = itertools.count()
    return lambda at: f"{next(numbers):06}"


@pytest.fixture
def handed():
    return Handed()


@pytest.fixture
def recorder(handed):
    return EventRecorder("door", handed, numbered())


def test_an_event_opens_and_closes_with_the_frames_own_times(recorder, handed):
    recorder.observe(frame(0), verdict("undecided"), "prey")
    recorder.observe(frame(1), verdict("active", 0.8), "prey")
    recorder.observe(frame(4), verdict("inactive", 0.1, reason="prey gone"), "prey")
    assert handed.phases == ["open", "close"]
    opened, closed = handed.events
    assert (opened.camera, opened.rule, opened.label, opened.score) == ("door", "prey", "prey", 0.8)
    assert opened.opened_at == START + timedelta(seconds=1)
    assert closed.closed_at == START + timedelta(seconds=4)
    assert closed.close_reason == "prey gone"
    assert closed.measures == {"dwell_seconds": 3.0}


def test_only_the_opening_brings_its_frame(recorder, handed):
    shown = frame(0)
    recorder.observe(shown, verdict(confidence=0.5), "prey")
    recorder.observe(frame(1), verdict(confidence=0.9), "prey")
    recorder.observe(frame(4), verdict("inactive"), "prey")
    assert handed.phases == ["open", "update", "close"]
    assert [each.frame for each in handed.words] == [shown, None, None]


def test_updates_follow_a_rising_score_at_most_once_a_second_and_are_counted(recorder, handed):
    for tenth in range(35):
        recorder.observe(frame(tenth / 10), verdict(confidence=0.5 + tenth / 100), "prey")
    recorder.finish("stopped")
    assert handed.phases == ["open", "update", "update", "update", "close"]
    assert [each.score for each in handed.events[:4]] == pytest.approx([0.5, 0.6, 0.7, 0.8])
    assert [each.updates for each in handed.events] == [0, 1, 2, 3, 3]


def test_a_falling_score_is_no_news_and_the_highest_stays(recorder, handed):
    recorder.observe(frame(0), verdict(confidence=0.6), "prey")
    recorder.observe(frame(0.5), verdict(confidence=0.95), "prey")
    recorder.observe(frame(0.9), verdict(confidence=0.4), "prey")
    recorder.observe(frame(1), verdict("inactive"), "prey")
    assert handed.phases == ["open", "close"]
    assert handed.events[-1].score == 0.95


@pytest.mark.parametrize("reason", ["the source ended", "the camera was lost", "the appliance stopped"])
def test_finishing_closes_every_seen_event_with_its_reason(recorder, handed, reason):
    recorder.observe(frame(0), verdict(rule="prey"), "prey")
    recorder.observe(frame(0), verdict(rule="visitor"), "cat")
    recorder.observe(frame(2), verdict(rule="prey"), "prey")
    recorder.finish(reason)
    recorder.finish(reason)
    assert handed.phases == ["open", "open", "close", "close"]
    closed = {each.event.rule: each.event for each in handed.words if each.phase is Phase.CLOSE}
    assert {each.close_reason for each in closed.values()} == {reason}
    assert closed["prey"].closed_at == START + timedelta(seconds=2)
    assert closed["visitor"].closed_at == START


def test_a_rule_that_is_still_active_after_finishing_opens_a_new_event(recorder, handed):
    recorder.observe(frame(0), verdict(), "prey")
    recorder.finish("the camera was lost")
    recorder.observe(frame(9), verdict(), "prey")
    assert handed.phases == ["open", "close", "open"]
    assert handed.events[2].id != handed.events[0].id
    assert handed.events[2].opened_at == START + timedelta(seconds=9)


def test_a_clock_set_back_does_not_turn_an_events_times_around(recorder, handed):
    recorder.observe(frame(0), verdict(), "prey")
    recorder.observe(frame(2, at=START - timedelta(hours=1)), verdict("inactive"), "prey")
    closed = handed.events[-1]
    assert closed.closed_at == closed.opened_at
    assert closed.measures == {"dwell_seconds": 2.0}


def test_importance_comes_from_the_rule(handed):
    recorder = EventRecorder("door", handed, numbered(), {"prey": Importance.HIGH})
    recorder.observe(frame(0), verdict(rule="prey"), "prey")
    recorder.observe(frame(0), verdict(rule="visitor"), "cat")
    assert [each.importance for each in handed.events] == [Importance.HIGH, Importance.NORMAL]


def test_a_health_event_needs_no_frame_and_opens_and_closes_once(recorder, handed):
    for _ in range(2):
        recorder.begin("camera lost", "camera lost", START, 10.0, Importance.HIGH)
    for _ in range(2):
        recorder.end("camera lost", "pictures come again", START + timedelta(seconds=9), 14.5)
    assert handed.phases == ["open", "close"]
    closed = handed.events[-1]
    assert (closed.camera, closed.importance, closed.close_reason) == (
        "door",
        Importance.HIGH,
        "pictures come again",
    )
    assert closed.closed_at == START + timedelta(seconds=9)
    assert closed.measures == {"dwell_seconds": 4.5}


def test_a_health_event_lasts_as_long_as_the_wall_clock_says_where_there_is_no_other(recorder, handed):
    recorder.begin("camera lost", "camera lost", START, 10.0, Importance.HIGH)
    recorder.end("camera lost", "pictures come again", START + timedelta(seconds=9))
    assert handed.events[-1].measures == {"dwell_seconds": 9.0}


def test_a_lost_camera_stays_lost_when_its_loop_ends(recorder, handed):
    recorder.observe(frame(0), verdict(), "prey")
    recorder.begin("camera lost", "camera lost", START, 0.0, Importance.HIGH)
    recorder.finish("the camera was lost")
    assert handed.phases == ["open", "open", "close"]
    assert handed.events[-1].rule == "prey"


def test_after_closing_nothing_is_open_and_nothing_opens(recorder, handed):
    recorder.observe(frame(0), verdict(), "prey")
    recorder.begin("camera lost", "camera lost", START, 0.0, Importance.HIGH)
    recorder.close("the appliance stopped")
    recorder.close("the appliance stopped")
    recorder.observe(frame(1), verdict(), "prey")
    recorder.begin("camera lost", "camera lost", START, 0.0, Importance.HIGH)
    assert handed.phases == ["open", "open", "close", "close"]


def test_events_found_open_are_closed_at_their_last_word_and_keep_their_media(handed):
    left = event("1", updated_at=START + timedelta(seconds=7), snapshot="a/1.jpg", clip="a/1.mp4", updates=2)
    assert close_left_open(Unclosed(left), handed) == 1
    assert close_events([], handed) == 0
    assert handed.phases == ["close"]
    closed = handed.events[0]
    assert (closed.closed_at, closed.close_reason) == (START + timedelta(seconds=7), UNCLEAN_STOP)
    assert (closed.snapshot, closed.clip, closed.updates) == ("a/1.jpg", "a/1.mp4", 2)


class Lives(RuleBasedStateMachine):
    """Any verdicts of several rules, ends and kills in between: every event's life is whole."""

    @initialize()
    def begin(self):
        self.rows = {}
        self.words = []
        self.seconds = 0.0
        self.identify = numbered()
        self.start()

    def start(self):
        self.recorder = EventRecorder("door", self.put, self.identify)

    def put(self, happening):
        self.rows[happening.event.id] = happening.event
        self.words.append(happening)

    def unclosed(self):
        return [each for each in self.rows.values() if each.is_open]

    @rule(
        name=st.sampled_from(["prey", "visitor", "bicycle"]),
        state=st.sampled_from(["undecided", "active", "active", "inactive"]),
        confidence=st.floats(0, 1),
        gap=st.floats(0, 3),
        clock_jump=st.sampled_from([0, 0, 0, -7200, 7200]),
    )
    def see(self, name, state, confidence, gap, clock_jump):
        self.seconds += gap
        at = START + timedelta(seconds=self.seconds + clock_jump)
        self.recorder.observe(frame(self.seconds, at=at), verdict(state, confidence, name), name)

    @rule(is_lost=st.booleans(), clock_jump=st.sampled_from([0, 0, -7200, 7200]))
    def hear_of_the_camera(self, is_lost, clock_jump):
        at = START + timedelta(seconds=self.seconds + clock_jump)
        if is_lost:
            self.recorder.begin("camera lost", "camera lost", at, self.seconds, Importance.HIGH)
        else:
            self.recorder.end("camera lost", "pictures come again", at, self.seconds)

    @rule(reason=st.sampled_from(["the source ended", "the camera was lost"]))
    def finish(self, reason):
        self.recorder.finish(reason)
        assert {each.rule for each in self.unclosed()} <= {"camera lost"}

    @rule()
    def kill_and_restart(self):
        self.start()
        close_left_open(self, self.put)
        assert not self.unclosed()

    @invariant()
    def never_two_open_events_of_one_rule(self):
        rules = [each.rule for each in self.unclosed()]
        assert len(rules) == len(set(rules))

    @invariant()
    def each_life_is_one_open_any_updates_and_at_most_one_close(self):
        for life in self.lives().values():
            phases = [phase for phase, _ in life]
            assert phases[0] is Phase.OPEN
            assert phases.count(Phase.OPEN) == 1
            assert Phase.CLOSE not in phases[:-1]
            assert life[-1][1].is_open == (phases[-1] is not Phase.CLOSE)
            assert life[-1][1].updates == phases.count(Phase.UPDATE)

    @invariant()
    def times_and_scores_never_fall(self):
        for life in self.lives().values():
            updated = [each.updated_at for _, each in life]
            assert updated == sorted(updated)
            assert [each.score for _, each in life] == sorted(each.score for _, each in life)
            assert len({each.opened_at for _, each in life}) == 1
            assert all(each.opened_at <= each.updated_at for _, each in life)

    def lives(self):
        lives = {}
        for each in self.words:
            lives.setdefault(each.event.id, []).append((each.phase, each.event))
        return lives

    def teardown(self):
        self.recorder.close("stopped")
        assert all(life[-1][0] is Phase.CLOSE for life in self.lives().values())


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
