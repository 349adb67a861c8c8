from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from parts.web_server import trail
from vedette.assembly.looks import Looks
from vedette.values.geometry import Box

LAWN = SimpleNamespace(name="lawn", region=Box(0.1, 0.2, 0.5, 1.0))


def at_rest(camera: str, sequence: int):
    return replace(trail(camera, sequence), seconds=0.0, verdicts=())


def test_the_newest_look_is_taken_and_what_was_not_is_forgotten():
    looks, woken = Looks(), []
    onlooker, _ = looks.subscribe("garden", lambda: woken.append(1))
    for sequence in range(3):
        looks.watch([LAWN], trail("garden", sequence))
    look = onlooker.take()
    assert look.trail.frame.sequence == 2
    assert look.regions == {"lawn": LAWN.region}
    assert onlooker.take() is None
    assert woken == [1]


def test_a_frame_at_rest_does_not_hide_a_decision_and_keeps_what_the_rules_said():
    looks = Looks()
    onlooker, _ = looks.subscribe("garden", lambda: None)
    looks.watch([], trail("garden", 1, state="active"))
    looks.watch([], at_rest("garden", 2))
    assert onlooker.take().trail.frame.sequence == 1
    looks.watch([], at_rest("garden", 3))
    look = onlooker.take()
    assert look.trail.frame.sequence == 3
    assert [verdict.state for verdict in look.verdicts] == ["active"]


def test_each_sees_its_own_camera_until_it_leaves():
    looks = Looks()
    one, leave = looks.subscribe("garden", lambda: None)
    other, _ = looks.subscribe("garden", lambda: None)
    shed, _ = looks.subscribe("shed", lambda: None)
    leave()
    leave()
    looks.watch([], trail("garden", 1))
    assert one.take() is None
    assert other.take() is not None
    assert shed.take() is None


def test_one_whose_loop_has_ended_disturbs_nobody():
    def ended() -> None:
        raise RuntimeError("Event loop is closed")

    looks = Looks()
    looks.subscribe("garden", ended)
    other, _ = looks.subscribe("garden", lambda: None)
    looks.watch([], trail("garden", 1))
    assert other.take() is not None


def test_while_nobody_watches_a_trail_is_not_even_looked_into():
    class Hidden:
        @property
        def region(self):
            raise AssertionError("somebody looked")

    Looks().watch([Hidden()], trail("garden", 1))
