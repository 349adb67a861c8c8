"""Why did nothing happen at 14:32? Each case is one stage that said no."""

from datetime import timedelta

import pytest

from parts.explained import BUSY, MOVING, SMALL, STILL, Recording, at, saw, strange, verdict, window
from vedette.pipeline.explain_answer import Situation
from vedette.pipeline.explain_window import Window
from vedette.values.observation import GateVerdict, NotLooked


def texts(explanation, stage):
    return [each.text for each in explanation.sentences if each.stage == stage]


def test_a_still_scene_is_told_as_that():
    recording = Recording()
    recording.rests(0, 120)
    told = recording.asked(30, 90)
    assert (told.stopped_by, told.verdict) == ("gate", "Nothing moved.")
    assert texts(told, "network") == ["`cats` did not look: nothing moves"]
    assert (
        texts(told, "camera") == ["600 frames came, 10 a second"] or "frames came" in texts(told, "camera")[0]
    )


def test_too_small_a_movement_is_told_with_what_was_needed():
    recording = Recording()
    recording.rests(0, 60)
    recording.film(60, 63, 10, SMALL, None, verdict())
    recording.rests(63, 120)
    told = recording.asked(30, 90)
    assert told.stopped_by == "gate"
    assert told.verdict == (
        "Something moved, but less than the gate asks (0.4 % of the picture, 0.8 % needed)."
    )


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("too brief", "too briefly"),
        ("lighting change", "the light changed"),
        ("learning the scene", "learning the scene"),
    ],
)
def test_each_reason_of_a_closed_gate_is_put_into_words(reason, said):
    recording = Recording()
    recording.rests(0, 60)
    recording.film(60, 61, 10, GateVerdict(False, reason, 0.02, 0.008), None, verdict())
    told = recording.asked(30, 90)
    assert told.stopped_by == "gate"
    assert said.lower() in told.verdict.lower()


def test_a_lost_camera_is_told_with_its_times_and_its_reason():
    recording = Recording()
    recording.rests(0, 50)
    recording.now = 52
    recording.log.remark("door", "camera", "the camera was lost (no data for 2 s)", is_trouble=True)
    recording.rests(110, 130)
    told = recording.asked(40, 120)
    assert told.stopped_by == "camera"
    assert told.verdict == ("No frames between 14:30:49 and 14:31:50: the camera was lost (no data for 2 s).")
    assert any("frames came" in text for text in texts(told, "camera"))


def test_a_camera_that_has_not_come_back_is_missing_up_to_now():
    recording = Recording()
    recording.rests(0, 50)
    recording.now = 100
    told = recording.asked(60, 200)
    assert told.stopped_by == "camera"
    assert "between 14:31:00 and 14:31:40" in told.verdict


def test_a_gap_does_not_hide_what_was_seen_beside_it():
    recording = Recording()
    recording.rests(0, 50)
    recording.film(55, 60, 10, MOVING, saw(background=0.97, prey=0.03), verdict("inactive", -1.5, 0.03))
    recording.rests(60, 120)
    told = recording.asked(30, 90)
    assert told.stopped_by == "network"
    assert any("no frames between" in text for text in texts(told, "camera"))


def test_a_camera_that_sends_a_picture_every_ten_seconds_is_not_lost_in_between():
    recording = Recording()
    for number in range(20):
        recording.frame(number * 10, STILL, None, verdict())
    assert texts(recording.asked(50, 150), "camera") == ["10 frames came, 0.1 a second"]


def test_what_the_network_saw_is_told_with_its_confidences():
    recording = Recording()
    recording.rests(0, 60)
    recording.film(60, 61.2, 10, MOVING, saw(background=0.97, prey=0.31), verdict("inactive", -0.5, 0.31))
    recording.rests(61.2, 120)
    told = recording.asked(30, 90)
    assert told.stopped_by == "network"
    assert told.verdict == (
        "The network looked and saw nothing to report (97 %); `prey` was at most 31 % sure."
    )
    assert texts(told, "network") == ["`cats` looked 12 times: background at most 97 %, prey at most 31 %"]
    assert "the gate was open" in texts(told, "gate")[0]


def test_strange_pictures_are_counted():
    recording = Recording()
    recording.frame(60, MOVING, strange(cat=0.6, prey=0.4), verdict("inactive", -0.5, 0.25))
    recording.frame(61, MOVING, saw(cat=0.7, prey=0.3), verdict("inactive", -0.5, 0.3))
    told = texts(recording.asked(50, 70), "network")
    assert told == [
        "`cats` looked twice: cat at most 70 %, prey at most 40 %; once it was like none of its classes"
    ]


def test_evidence_that_did_not_suffice_is_told_after_plain_words():
    recording = Recording()
    recording.rests(0, 60)
    recording.film(60, 61, 10, MOVING, saw(background=0.3, prey=0.7), verdict("inactive", 1.13, 0.7))
    recording.rests(61, 120)
    told = recording.asked(30, 90)
    assert told.stopped_by == "rule"
    assert told.verdict == "`prey` was not sure for long enough: evidence 1.1 of 2.2 needed."
    assert texts(told, "rule") == ["`prey` was at most 70 % sure on one frame; evidence 1.1 of 2.2 needed"]


def test_a_network_that_was_too_busy_is_told_with_its_share():
    recording = Recording()
    recording.film(0, 8, 10, MOVING, BUSY, verdict())
    recording.film(8, 10, 10, MOVING, saw(background=0.9, prey=0.1), verdict("inactive", -1, 0.1))
    told = recording.asked(0, 10)
    assert told.stopped_by == "network"
    assert told.verdict == "The network was too busy for 80 % of the looks."
    assert any("80 %" in text and BUSY.reason in text for text in texts(told, "network"))


def opened(recording):
    recording.rests(0, 60)
    recording.film(60, 61, 10, MOVING, saw(prey=0.9), verdict("inactive", 1.5, 0.9))
    recording.frame(61, MOVING, saw(prey=0.9), verdict("active", 2.4, 0.9, has_changed=True))
    recording.log.remark("door", "event", "event 01 opened (prey)")
    recording.film(61.1, 64, 10, MOVING, saw(prey=0.9), verdict("active", 2.9, 0.9))
    return recording


def test_nothing_stopped_what_became_an_event():
    told = opened(Recording()).asked(30, 90)
    assert told.stopped_by is None
    assert told.verdict == "Nothing stopped it: `prey` became active at 14:31:01."
    said = "`prey` became active at 14:31:01 (prey 0.90, evidence 2.4 of 2.2 needed)"
    assert texts(told, "rule")[0] == said
    assert texts(told, "event") == ["14:31:01 event 01 opened (prey)"]


def test_an_action_that_failed_is_where_it_ended():
    recording = opened(Recording())
    for second in (65, 66):
        recording.now = second
        recording.log.remark("door", "action", "action phone failed: no route to host", is_trouble=True)
    told = recording.asked(30, 90)
    assert told.stopped_by == "action"
    assert told.verdict == "`prey` was active, but action phone failed: no route to host."
    assert texts(told, "action") == [
        "14:31:05 action phone failed: no route to host (2 times until 14:31:06)"
    ]


def test_an_event_that_was_open_already_is_told_as_that():
    recording = opened(Recording())
    recording.film(64, 90, 10, MOVING, saw(prey=0.9), verdict("active", 2.9, 0.9))
    told = recording.asked(70, 80)
    assert (told.stopped_by, told.verdict) == (
        None,
        "`prey` was active all the time: its event was open already.",
    )


def test_a_camera_without_rules_says_so():
    recording = Recording()
    recording.film(0, 5, 10, MOVING, saw(prey=0.9))
    told = recording.asked(0, 10)
    assert (told.stopped_by, told.verdict) == (
        "rule",
        "No rule asks anything of this camera: give it one in Set-up.",
    )


UNTAUGHT = NotLooked("`dogs` is not taught yet: teach it in the page", was_wanted=True, cause="missing")


def filmed_with_an_untaught(recording, seen=None, since=0, until=10):
    """As `Recording.film`, of a camera that has a second classifier which nobody taught."""
    for number in range((until - since) * 10):
        recording.frame(since + number / 10, MOVING, seen, verdict(), others={"dogs": UNTAUGHT})


def test_an_untaught_classifier_that_a_rule_asks_is_named_and_the_network_is_not_blamed():
    recording = Recording()
    filmed_with_an_untaught(recording)
    told = recording.asked(0, 10, situation=Situation(frozenset({"dogs"})))
    assert (told.stopped_by, told.missing) == ("network", ("dogs",))
    assert told.verdict == "`dogs` is not taught yet: teach it in the page."
    assert "`dogs` is not taught yet: teach it in the page" in texts(told, "network")
    assert sum(moment.refused for moment in told.moments) == 0


def test_an_untaught_classifier_that_no_rule_asks_decides_nothing():
    recording = Recording()
    filmed_with_an_untaught(recording, saw(background=0.97, prey=0.1))
    told = recording.asked(0, 10, situation=Situation(frozenset({"cats"})))
    assert told.missing == ()
    assert told.verdict.startswith("The network looked and saw nothing to report")


def test_a_busy_network_is_judged_by_the_classifiers_that_rules_ask():
    recording = Recording()
    filmed_with_an_untaught(recording, BUSY, 0, 8)
    filmed_with_an_untaught(recording, saw(background=0.9), 8, 10)
    told = recording.asked(0, 10, situation=Situation(frozenset({"cats", "dogs"})))
    assert told.verdict == "The network was too busy for 80 % of the looks."


def test_a_network_that_fails_is_not_called_busy():
    recording = Recording()
    broken = NotLooked("the network failed: the device is gone", was_wanted=True, cause="failing")
    recording.film(0, 10, 10, MOVING, broken, verdict())
    assert recording.asked(0, 10).verdict == "The network failed at 100 % of the looks."


def test_a_camera_that_is_away_is_told_with_its_present_trouble():
    recording = Recording()
    recording.now = 600
    away = Situation(frozenset({"cats"}), "it gives no picture: there is no route to it.")
    never = recording.asked(500, 600, camera="cellar", situation=away)
    assert never.verdict == (
        "This camera has not given one frame yet: it gives no picture: there is no route to it."
    )
    asks = Situation(frozenset({"cats"}), "is it switched on?")
    assert recording.asked(500, 600, camera="cellar", situation=asks).verdict.endswith("switched on?")
    recording.rests(0, 10)
    recording.now = 600
    gone = recording.asked(500, 600, situation=away)
    assert gone.verdict.endswith("it gives no picture: there is no route to it.")
    assert "route" not in recording.asked(20, 60, situation=away).verdict


def test_a_camera_that_nobody_knows_a_time_before_the_log_and_a_time_to_come_are_told_apart():
    recording = Recording()
    recording.rests(0, 30)
    assert "not given one frame" in recording.asked(0, 10, camera="cellar").verdict
    before = recording.asked(-600, -500)
    assert before.stopped_by is None
    assert before.verdict == "Nothing is known of that time: the log begins at 14:30:00."
    assert recording.asked(500, 600).verdict == "That time is still to come."


def test_remarks_of_all_cameras_are_told_in_the_order_of_the_stages():
    recording = Recording()
    recording.rests(0, 30)
    recording.log.remark(None, "configuration", "the configuration was read again")
    recording.log.remark("door", "event", "event 01 closed")
    recording.log.remark("garden", "event", "not this camera's")
    told = recording.asked(0, 60)
    stages = [each.stage for each in told.sentences]
    assert stages[:3] == ["camera", "gate", "network"] or stages[0] == "camera"
    assert stages[-2:] == ["event", "configuration"]
    assert not any("not this camera's" in each.text for each in told.sentences)


def test_moments_are_a_strip_of_the_window():
    recording = opened(Recording())
    told = recording.asked(30, 90)
    assert (len(told.moments), told.slice_seconds) == (60, 1.0)
    assert [each.at for each in told.moments[:2]] == [at(30), at(31)]
    busy = told.moments[31]
    assert (busy.state, busy.label, busy.looked > 0) == ("active", "prey", True)
    assert busy.evidence > 1
    assert {each.label for each in told.moments[:29]} == {None}


def test_a_whole_hour_is_sixty_moments():
    recording = Recording()
    recording.rests(0, 600, rate=2)
    told = recording.asked(0, 3600)
    assert (len(told.moments), told.slice_seconds) == (60, 60.0)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        pytest.param(at(1), at(1), id="empty"),
        pytest.param(at(2), at(1), id="backwards"),
        pytest.param(at(0).replace(tzinfo=None), at(1), id="without a zone"),
        pytest.param(at(0).replace(year=1), at(1), id="before there were clocks"),
    ],
)
def test_a_time_that_cannot_be_asked_about_is_refused(since, until):
    with pytest.raises(ValueError, match="time"):
        Window(since, until)


def test_a_window_knows_what_touches_it():
    asked = window(10, 20)
    assert asked.seconds == 10
    assert asked.touches(at(5), at(10))
    assert not asked.touches(at(20), at(25))
    assert asked.wider() == Window(at(10) - timedelta(seconds=60), at(20) + timedelta(seconds=60))
