import itertools
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from parts.happenings import START, event, frame, verdict
from vedette.errors import StoreError
from vedette.events.lifecycle import UNCLEAN_STOP, EventRecorder, close_left_open
from vedette.events.snapshots import SnapshotFolder
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.values.event import Phase


class Memory:
    def __init__(self):
        self.rows = {}

    def save(self, event):
        self.rows[event.id] = event

    def unclosed(self):
        return [each for each in self.rows.values() if each.is_open]


class FullDisk(Memory):
    def save(self, event):
        raise StoreError("the disk is full.")


class NoPictures:
    def encode(self, frame):
        return b"jpeg"

    def keep(self, event_id, frame, jpeg):
        return f"{event_id}.jpg"


class Told:
    def __init__(self):
        self.words = []

    def __call__(self, phase, event, jpeg):
        self.words.append((phase, event, jpeg))

    @property
    def phases(self):
        return [phase.value for phase, _, _ in self.words]


def numbered():
    numbers = itertools.count()
    return lambda at: f"{next(numbers):06}"


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def recorder(told):
    return EventRecorder(Memory(), NoPictures(), [told], numbered())


def test_an_event_opens_and_closes_with_the_frames_own_times(recorder, told):
    recorder.observe(frame(0), verdict("undecided"), "prey")
    recorder.observe(frame(1), verdict("active", 0.8), "prey")
    recorder.observe(frame(4), verdict("inactive", 0.1, reason="prey gone"), "prey")
    assert told.phases == ["open", "close"]
    opened, closed = told.words[0][1], told.words[1][1]
    assert (opened.camera, opened.rule, opened.label, opened.score) == ("door", "prey", "prey", 0.8)
    assert opened.opened_at == START + timedelta(seconds=1)
    assert closed.closed_at == START + timedelta(seconds=4)
    assert closed.close_reason == "prey gone"
    assert closed.measures == {"dwell_seconds": 3.0}


def test_the_picture_is_made_once_and_shared(recorder, told):
    recorder.observe(frame(1), verdict(), "prey")
    recorder.observe(frame(4), verdict("inactive"), "prey")
    assert [jpeg for _, _, jpeg in told.words] == [b"jpeg", b"jpeg"]
    assert told.words[0][2] is told.words[1][2]
    assert {each.snapshot for _, each, _ in told.words} == {"000000.jpg"}


def test_updates_follow_a_rising_score_at_most_once_a_second(recorder, told):
    for tenth in range(35):
        recorder.observe(frame(tenth / 10), verdict(confidence=0.5 + tenth / 100), "prey")
    assert told.phases == ["open", "update", "update", "update"]
    assert [each.score for _, each, _ in told.words] == pytest.approx([0.5, 0.6, 0.7, 0.8])


def test_a_falling_score_is_no_news_and_the_highest_stays(recorder, told):
    recorder.observe(frame(0), verdict(confidence=0.6), "prey")
    recorder.observe(frame(0.5), verdict(confidence=0.95), "prey")
    recorder.observe(frame(0.9), verdict(confidence=0.4), "prey")
    recorder.observe(frame(1), verdict("inactive"), "prey")
    assert told.phases == ["open", "close"]
    assert told.words[-1][1].score == 0.95


@pytest.mark.parametrize("reason", ["the source ended", "the camera was lost", "stopped"])
def test_finishing_closes_every_open_event_with_its_reason(recorder, told, reason):
    recorder.observe(frame(0), verdict(rule="prey"), "prey")
    recorder.observe(frame(0), verdict(rule="visitor"), "cat")
    recorder.observe(frame(2), verdict(rule="prey"), "prey")
    recorder.finish(reason)
    recorder.finish(reason)
    assert told.phases == ["open", "open", "close", "close"]
    closed = {each.rule: each for phase, each, _ in told.words if phase is Phase.CLOSE}
    assert {each.close_reason for each in closed.values()} == {reason}
    assert closed["prey"].closed_at == START + timedelta(seconds=2)
    assert closed["visitor"].closed_at == START


def test_a_clock_set_back_does_not_turn_an_events_times_around(recorder, told):
    recorder.observe(frame(0), verdict(), "prey")
    recorder.observe(frame(2, at=START - timedelta(hours=1)), verdict("inactive"), "prey")
    closed = told.words[-1][1]
    assert closed.closed_at == closed.opened_at
    assert closed.measures == {"dwell_seconds": 2.0}


def test_a_full_disk_keeps_nobody_from_being_told(told, caplog):
    recorder = EventRecorder(FullDisk(), NoPictures(), [told], numbered())
    recorder.observe(frame(0), verdict(), "prey")
    recorder.finish("stopped")
    assert told.phases == ["open", "close"]
    assert "is not kept: the disk is full." in caplog.text


def test_an_event_whose_picture_cannot_be_kept_is_recorded_without(told, tmp_path, caplog):
    (tmp_path / "snapshots").touch()
    recorder = EventRecorder(Memory(), SnapshotFolder(tmp_path), [told], numbered())
    recorder.observe(frame(0), verdict(), "prey")
    assert told.words[0][1].snapshot is None
    assert told.words[0][2].startswith(b"\xff\xd8")
    assert "cannot be kept" in caplog.text


def test_a_listener_that_fails_does_not_keep_the_next_from_being_told(told, caplog):
    def fails(phase, event, jpeg):
        raise RuntimeError("a fault in a listener")

    EventRecorder(Memory(), NoPictures(), [fails, told], numbered()).observe(frame(0), verdict(), "prey")
    assert told.phases == ["open"]
    assert "a listener failed at the open of event 000000" in caplog.text


def test_the_picture_and_the_row_are_on_disk_before_anybody_is_told(tmp_path):
    with Database(tmp_path / "vedette.db") as database:
        table = EventTable(database)

        def look(phase, event, jpeg):
            assert table.get(event.id) == event
            assert (tmp_path / event.snapshot).read_bytes() == jpeg
            seen.append(phase)

        seen = []
        recorder = EventRecorder(table, SnapshotFolder(tmp_path), [look], numbered())
        recorder.observe(frame(0), verdict(), "prey")
        recorder.finish("stopped")
    assert seen == [Phase.OPEN, Phase.CLOSE]


def test_events_found_open_are_closed_at_their_last_word_and_told(tmp_path, told):
    path = tmp_path / "vedette.db"
    with Database(path) as database:
        table = EventTable(database)
        table.save(event("1", updated_at=START + timedelta(seconds=7)))
        table.save(event("2", closed_at=START, close_reason="left"))
    with Database(path) as database:
        table = EventTable(database)
        assert close_left_open(table, [told]) == 1
        assert close_left_open(table, [told]) == 0
        closed = table.get("1")
    assert (closed.closed_at, closed.close_reason) == (START + timedelta(seconds=7), UNCLEAN_STOP)
    assert [(phase, each.id) for phase, each, _ in told.words] == [(Phase.CLOSE, "1")]


class Lives(RuleBasedStateMachine):
    """Any verdicts of several rules, ends and kills in between: every event's life is whole."""

    @initialize()
    def begin(self):
        self.store = Memory()
        self.told = []
        self.seconds = 0.0
        self.identify = numbered()
        self.start()

    def start(self):
        self.recorder = EventRecorder(self.store, NoPictures(), [self.listen], self.identify)

    def listen(self, phase, event, jpeg):
        assert self.store.rows[event.id] == event
        self.told.append((phase, event))

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

    @rule(reason=st.sampled_from(["the source ended", "stopped"]))
    def finish(self, reason):
        self.recorder.finish(reason)
        assert not self.store.unclosed()

    @rule()
    def kill_and_restart(self):
        self.start()
        close_left_open(self.store, [self.listen])
        assert not self.store.unclosed()

    @invariant()
    def never_two_open_events_of_one_rule(self):
        rules = [each.rule for each in self.store.unclosed()]
        assert len(rules) == len(set(rules))

    @invariant()
    def each_life_is_one_open_any_updates_and_at_most_one_close(self):
        for life in self.lives().values():
            phases = [phase for phase, _ in life]
            assert phases[0] is Phase.OPEN
            assert phases.count(Phase.OPEN) == 1
            assert Phase.CLOSE not in phases[:-1]
            assert life[-1][1].is_open == (phases[-1] is not Phase.CLOSE)

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
        for phase, each in self.told:
            lives.setdefault(each.id, []).append((phase, each))
        return lives

    def teardown(self):
        self.recorder.finish("stopped")
        assert all(life[-1][0] is Phase.CLOSE for life in self.lives().values())


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
