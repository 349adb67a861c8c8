import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parts import looks
from parts.guardian_scene import BUSY, CLEAN, LOOK, PREY, STILL, STRANGE, flap, says, trail
from vedette.actuators.binding import RuleReference
from vedette.actuators.decision import Decision
from vedette.rules.presence import Presence, PresenceSettings
from vedette.values.observation import NotLooked

ACTIVE, INACTIVE = says("active"), says("inactive")
NO_PREY, SEES_PREY = says("inactive", "prey"), says("active", "prey")
YARD = RuleReference("yard", "clean", "cats")


class Played:
    """A decision whose frames come ten times a second; `now` is the machine's clock."""

    def __init__(self, binding=None, **settings):
        self.now = 100.0
        self.decision = Decision(binding or flap(**settings), self.now)

    def frame(self, *verdicts, seen=LOOK, camera="door", took=0.001, later=0.1):
        self.now += later
        shown = trail(self.now - 100, *verdicts, seen=seen, camera=camera, took=took)
        return self.decision.observe(shown, self.now).is_acting

    def frames(self, seconds, *verdicts, **others):
        return [self.frame(*verdicts, **others) for _ in range(round(seconds * 10))]

    def fault(self, camera=None, reason="the network is missing"):
        return self.decision.fault(camera, reason, self.now).is_acting

    def later(self, seconds):
        self.now += seconds
        return self.decision.evaluate(self.now).is_acting

    @property
    def reason(self):
        return self.decision.choice.reason


def test_it_is_safe_from_the_start_and_says_why():
    played = Played()
    assert not played.later(0.0)
    assert played.reason == "it has just started: no fresh decision of door/clean yet"


def test_it_acts_while_a_rule_that_names_it_is_active():
    played = Played()
    assert played.frame(ACTIVE)
    assert played.reason == "door/clean is active"
    assert not played.frame(INACTIVE)
    assert played.reason == "door/clean is inactive, not active"


def test_a_state_that_nobody_has_looked_at_since_the_start_moves_nothing():
    played = Played()
    assert not any(played.frames(1, ACTIVE, seen=STILL))
    assert played.frame(ACTIVE, seen=LOOK)
    assert all(played.frames(1, ACTIVE, seen=STILL))


@pytest.mark.parametrize(
    "verdict",
    [
        pytest.param(says("active", evidence=1.0), id="held by two thresholds only"),
        pytest.param(says("active", confidence=0.4), id="this look speaks against it"),
        pytest.param(says("undecided"), id="undecided"),
    ],
)
def test_a_look_that_does_not_bear_the_state_by_itself_is_no_fresh_decision(verdict):
    assert not any(Played().frames(1, verdict))


def test_an_unknown_picture_decides_nothing():
    played = Played(release_while="inactive", maximum_hold_seconds="unlimited")
    assert not any(played.frames(1, INACTIVE, seen=STRANGE))


def test_a_state_that_changes_without_a_look_is_no_fresh_decision():
    played = Played()
    played.frame(INACTIVE)
    assert not any(played.frames(1, ACTIVE, seen=STILL))


def test_another_rules_word_and_another_cameras_are_not_its_own():
    played = Played()
    assert not played.frame(says("active", "stranger"))
    assert not played.frame(ACTIVE, camera="yard")


def test_with_release_while_inactive_it_acts_until_something_is_there():
    played = Played(release_while="inactive", maximum_hold_seconds="unlimited")
    assert played.frame(INACTIVE)
    assert all(played.frames(600, INACTIVE, seen=STILL))
    assert not played.frame(ACTIVE)


def test_after_a_reboot_without_a_model_it_never_acts_however_much_moves():
    for mode in ("active", "inactive"):
        played = Played(release_while=mode, maximum_hold_seconds="unlimited")
        assert not any(played.frames(60, says("undecided"), seen=BUSY))
        assert not any(played.frames(60, seen=BUSY))


def test_with_release_while_inactive_one_active_rule_of_many_is_enough_to_stay_safe():
    binding = flap(rules=(CLEAN, YARD), release_while="inactive", maximum_hold_seconds="unlimited")
    played = Played(binding)
    assert not played.frame(INACTIVE)
    assert played.frame(INACTIVE, camera="yard")
    assert not played.frame(ACTIVE, camera="yard")


def test_with_release_while_active_one_active_rule_of_many_is_enough_to_act():
    played = Played(flap(rules=(CLEAN, YARD)))
    assert played.frame(ACTIVE, camera="yard")
    assert played.frame(INACTIVE)
    assert not played.frame(INACTIVE, camera="yard")


def test_an_interlock_must_be_known_to_be_inactive():
    played = Played(flap(interlocks=(PREY,)))
    assert not played.frame(ACTIVE)
    assert played.reason == "it has just started: no fresh decision of door/prey yet"
    assert not played.frame(ACTIVE, says("undecided", "prey"))
    assert not played.frame(ACTIVE, SEES_PREY)
    assert played.reason == "door/prey is active, not inactive"
    assert played.frame(ACTIVE, NO_PREY)
    assert not played.frame(ACTIVE, says("undecided", "prey"))


def test_a_fault_ends_it_at_once_and_only_a_look_at_a_later_frame_releases_it():
    played = Played()
    played.frame(ACTIVE)
    assert not played.fault(reason="the network is missing")
    assert played.reason == "the network is missing: no fresh decision of door/clean yet"
    assert not any(played.frames(1, ACTIVE, seen=STILL))
    assert played.frame(ACTIVE)


def test_a_look_that_had_begun_before_the_fault_releases_nothing():
    played = Played()
    played.frame(ACTIVE)
    played.fault()
    assert not played.frame(ACTIVE, took=0.5)
    assert played.frame(ACTIVE)


def test_a_fault_of_another_camera_is_none_of_its_business():
    played = Played()
    played.frame(ACTIVE)
    assert played.fault("yard")
    assert not played.fault("door")


def test_it_is_safe_when_no_frame_comes():
    played = Played(freshness_seconds=2.0)
    played.frame(ACTIVE)
    assert played.later(1.9)
    assert not played.later(0.2)
    assert played.reason == "camera door: no frame for 2 s: no fresh decision of door/clean yet"
    assert not played.frame(ACTIVE, seen=STILL)
    assert played.frame(ACTIVE)


def test_a_silence_that_nobody_asked_about_meanwhile_counts_too():
    played = Played(freshness_seconds=2.0)
    played.frame(ACTIVE)
    assert not played.frame(ACTIVE, seen=STILL, later=3.0)


def test_one_lost_camera_of_two_is_a_fault_once_and_the_other_may_decide_anew():
    played = Played(flap(rules=(CLEAN, YARD)))
    played.frame(ACTIVE, camera="yard")
    assert played.frame(ACTIVE)
    results = played.frames(3, ACTIVE, seen=STILL)
    assert not results[-1]
    assert "camera yard: no frame" in played.reason
    assert played.frame(ACTIVE)
    assert all(played.frames(5, ACTIVE, seen=STILL))


def test_a_frame_that_took_too_long_is_not_a_fresh_one():
    played = Played(freshness_seconds=2.0)
    played.frame(ACTIVE)
    assert not played.frame(ACTIVE, took=3.0, later=0.1)
    assert "a frame took 3.0 s" in played.reason
    assert played.frame(ACTIVE)


def test_it_is_safe_when_looks_that_are_due_are_not_served():
    played = Played(overload_seconds=1.0)
    played.frame(ACTIVE)
    assert all(played.frames(0.9, ACTIVE, seen=BUSY))
    assert not any(played.frames(1, ACTIVE, seen=BUSY)[3:])
    assert "no network looked for 1 s" in played.reason
    assert not played.frame(ACTIVE, seen=STILL)
    assert played.frame(ACTIVE)


def test_a_look_in_time_is_no_overload():
    played = Played(overload_seconds=1.0)
    played.frame(ACTIVE)
    for _ in range(5):
        assert all(played.frames(0.8, ACTIVE, seen=BUSY))
        assert played.frame(ACTIVE)


def test_what_moved_and_was_never_looked_at_is_not_forgotten_when_it_stands_still():
    played = Played(release_while="inactive", maximum_hold_seconds="unlimited")
    played.frame(INACTIVE)
    played.frame(INACTIVE, seen=BUSY)
    assert not played.frames(2, INACTIVE, seen=STILL)[-1]


def test_a_camera_whose_time_begins_anew_must_be_looked_at_anew():
    played = Played()
    played.frame(ACTIVE)
    again = trail(0.0, ACTIVE, seen=STILL)
    assert not played.decision.observe(again, played.now + 0.1).is_acting
    assert "its time began anew" in played.reason


def test_after_the_longest_hold_it_is_safe_until_the_state_was_left_and_entered_again():
    played = Played(maximum_hold_seconds=5.0)
    played.frame(ACTIVE)
    assert all(played.frames(4.8, ACTIVE))
    assert not any(played.frames(60, ACTIVE)[3:])
    assert "acted for 5 s" in played.reason
    assert not played.frame(INACTIVE)
    assert played.frame(ACTIVE)


def test_faults_in_between_do_not_prolong_the_hold():
    played = Played(maximum_hold_seconds=5.0)
    acted = []
    for _ in range(20):
        acted += [played.now for _ in range(10) if played.frame(ACTIVE)]
        played.fault()
    assert acted[-1] - acted[0] < 5.0


def test_a_rule_that_begins_anew_undecided_has_not_let_go():
    played = Played(maximum_hold_seconds=5.0)
    played.frames(6, ACTIVE)
    played.frame(says("undecided"))
    assert not played.frame(ACTIVE)


def test_what_no_rule_names_never_acts():
    played = Played(flap(rules=(), interlocks=(PREY,)))
    assert not played.frame(ACTIVE, NO_PREY)
    assert played.reason == "no rule names it"


def test_looks_are_wanted_until_every_rule_has_a_fresh_decision():
    played = Played(flap(interlocks=(PREY,)))
    assert played.decision.wants_looks("door")
    played.frame(ACTIVE)
    assert played.decision.wants_looks("door")
    played.frame(ACTIVE, NO_PREY)
    assert not played.decision.wants_looks("door")
    assert not played.decision.wants_looks("yard")
    played.fault()
    assert played.decision.wants_looks("door")


STATES = st.sampled_from(["active", "inactive", "undecided"])
EVENTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("frame"),
            STATES,
            STATES,
            st.sampled_from([LOOK, STILL, BUSY, STRANGE]),
            st.sampled_from([0.001, 0.3, 5.0]),
        ),
        st.tuples(st.just("fault"), st.sampled_from([None, "door", "yard"])),
        st.tuples(st.just("silence"), st.floats(0, 4)),
    ),
    max_size=60,
)


class Oracle:
    """The longest that acting can be justified by, told from the events alone."""

    def __init__(self):
        self.clean_at = self.prey_at = None
        self.states = ("undecided", "undecided")
        self.broken_at, self.frame_at, self.refused_at = 100.0, 100.0, None

    def frame(self, now, clean, prey, seen, took):
        arrived = now - took
        if took <= 2.0:
            self.frame_at = now
        else:
            self.broken_at = now
        if seen is BUSY:
            self.refused_at = self.refused_at or now
        elif seen in (LOOK, STRANGE):
            self.refused_at = None
        self.states = (clean, prey)
        if seen is LOOK and took <= 2.0 and arrived > self.broken_at:
            self.clean_at = now if clean == "active" else self.clean_at
            self.prey_at = now if prey == "inactive" else self.prey_at

    def allows(self, now):
        return (
            self.states == ("active", "inactive")
            and self.clean_at is not None
            and self.prey_at is not None
            and min(self.clean_at, self.prey_at) > self.broken_at
            and now - self.frame_at <= 2.0
            and (self.refused_at is None or now - self.refused_at < 1.0)
        )


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_whatever_happens_it_never_acts_without_fresh_decisions_on_fresh_frames(events):
    played = Played(flap(interlocks=(PREY,), maximum_hold_seconds=5.0))
    oracle, acted_since = Oracle(), None
    for kind, *told in events:
        if kind == "frame":
            clean, prey, seen, took = told
            is_acting = played.frame(says(clean), says(prey, "prey"), seen=seen, took=took)
            oracle.frame(played.now, clean, prey, seen, took)
        elif kind == "fault":
            is_acting = played.fault(*told)
            oracle.broken_at = played.now if told[0] != "yard" else oracle.broken_at
        else:
            is_acting = played.later(*told)
        assert not is_acting or oracle.allows(played.now)
        acted_since = (acted_since or played.now) if is_acting else None
        assert acted_since is None or played.now - acted_since < 5.0
        assert is_acting == played.decision.choice.is_acting
        assert " " in played.reason.strip()


@settings(max_examples=100, deadline=None)
@given(EVENTS)
def test_whatever_happened_sound_frames_and_looks_release_it_again(events):
    played = Played(flap(interlocks=(PREY,)))
    for kind, *told in events:
        if kind == "frame":
            clean, prey, seen, took = told
            played.frame(says(clean), says(prey, "prey"), seen=seen, took=took)
        elif kind == "fault":
            played.fault(*told)
        else:
            played.later(*told)
    played.frames(1, INACTIVE, NO_PREY)
    assert played.frames(1, ACTIVE, NO_PREY)[-1]


def looked_at(played, rule, confidence, seconds):
    """The real rule's verdicts on looks of one confidence, ten a second."""
    acting = []
    for _ in range(round(seconds * 10)):
        look = looks.seen(confidence, "clean")
        verdict = rule.judge(played.now + 0.1, look)
        acting.append(played.frame(verdict, seen=look))
    return acting


@pytest.mark.parametrize("is_single", [False, True], ids=["evidence", "a single frame"])
def test_it_follows_a_real_rule_and_needs_no_more_than_a_look_of_it_after_a_fault(is_single):
    question = PresenceSettings(
        name="clean", classifier="cats", label="clean", decide_on_single_frame=is_single
    )
    rule, played = Presence(question), Played()
    assert looked_at(played, rule, 0.97, 3)[-1]
    played.fault()
    assert not any(looked_at(played, rule, 0.45, 0.3))
    assert looked_at(played, rule, 0.97, 1)[-1]
    assert not looked_at(played, rule, 0.02, 3)[-1]


def test_a_real_rule_of_a_quiet_scene_releases_what_is_open_while_nothing_is_there():
    question = PresenceSettings(name="clean", classifier="cats", label="clean")
    rule = Presence(question)
    played = Played(release_while="inactive", maximum_hold_seconds="unlimited")
    assert looked_at(played, rule, 0.02, 1)[-1]
    assert not looked_at(played, rule, 0.97, 3)[-1]
    played.fault()
    assert not any(looked_at(played, rule, 0.3, 0.5))
    assert looked_at(played, rule, 0.02, 3)[-1]


@pytest.mark.parametrize("release_while", ["active", "inactive"])
def test_while_a_classifier_is_not_taught_yet_it_is_safe(release_while):
    untaught = NotLooked("`cats` is not taught yet: teach it in the page", was_wanted=True)
    played = Played(release_while=release_while, maximum_hold_seconds="unlimited")
    assert not any(played.frames(10, says("undecided"), seen=untaught))
    # Taught, and so told: only a look decides.
    played.fault(None, "classifier cats was taught anew")
    wanted = ACTIVE if release_while == "active" else INACTIVE
    assert not played.frame(wanted, seen=STILL)
    assert played.frame(wanted, seen=LOOK)
