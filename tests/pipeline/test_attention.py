import pytest

from vedette.pipeline.attention import AWAITED, Attention, AttentionSettings
from vedette.values.observation import GateVerdict, NotLooked

OPEN = GateVerdict(is_open=True, reason="moving")
CLOSED = GateVerdict(is_open=False, reason="nothing moves")


def looks(attention, times, gate, *, wants_looks=False):
    return [
        time
        for time in times
        if not isinstance(attention.decide(time, gate, wants_looks=wants_looks), NotLooked)
    ]


def test_the_first_frame_is_looked_at_and_a_still_scene_is_not_looked_at_again():
    attention = Attention(AttentionSettings())
    assert looks(attention, range(100), CLOSED) == [0]


def test_it_looks_while_the_gate_is_open_and_lingers_after_it_has_closed():
    attention = Attention(AttentionSettings(linger_seconds=1.0))
    looks(attention, [0.0], CLOSED)
    assert looks(attention, [1.0, 1.5, 2.0], OPEN) == [1.0, 1.5, 2.0]
    assert looks(attention, [2.5, 3.0, 3.5, 4.0], CLOSED) == [2.5, 3.0]


def test_an_open_state_is_checked_on_a_still_scene():
    attention = Attention(AttentionSettings(linger_seconds=0, check_every_seconds=2.0))
    assert looks(attention, [0, 1, 2, 3, 4, 5], CLOSED, wants_looks=True) == [0, 2, 4]


def test_a_still_scene_is_looked_at_as_often_as_asked():
    attention = Attention(AttentionSettings(linger_seconds=0, look_every_seconds=3.0))
    assert looks(attention, range(10), CLOSED) == [0, 3, 6, 9]


def test_not_looking_carries_the_gates_reason():
    attention = Attention(AttentionSettings())
    attention.decide(0, CLOSED, wants_looks=False)
    assert attention.decide(1, CLOSED, wants_looks=False) == NotLooked("nothing moves")


@pytest.mark.parametrize("wrong", [{"linger_seconds": -1}, {"check_every_seconds": 0}, {"linger": 1}])
def test_settings_out_of_range_or_unknown_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        AttentionSettings(**wrong)


def test_it_rests_between_two_judgements_of_a_quiet_scene_only():
    attention = Attention(AttentionSettings(rest_seconds=0.1, linger_seconds=0))
    attention.decide(0, CLOSED, wants_looks=False)
    assert not attention.is_resting(0.04)
    attention.decide(0.04, CLOSED, wants_looks=False)
    assert attention.is_resting(0.08)
    assert not attention.is_resting(0.15)
    stirring = GateVerdict(is_open=False, reason="too brief", energy=0.01, threshold=0.001)
    attention.decide(0.15, stirring, wants_looks=False)
    assert not attention.is_resting(0.16)
    attention.decide(0.16, OPEN, wants_looks=False)
    assert not attention.is_resting(0.17)


def test_somebody_who_waits_for_a_fresh_decision_gets_looks_that_do_not_heat_the_machine():
    attention = Attention(AttentionSettings(linger_seconds=0, rest_seconds=0.15))
    times = [number / 10 for number in range(10)]
    reasons = [attention.decide(now, CLOSED, wants_looks=False, is_awaited=True) for now in times]
    looked = [now for now, reason in zip(times, reasons, strict=True) if not isinstance(reason, NotLooked)]
    assert looked == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert reasons[2] == AWAITED
