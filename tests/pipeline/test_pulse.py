from vedette.pipeline.pulse import RULES, Pulse, Stillness


def test_the_beat_changes_with_every_stage_and_every_frame():
    pulse = Pulse()
    beats = [pulse.beat]
    pulse.stage = RULES
    beats.append(pulse.beat)
    pulse.frames += 1
    beats.append(pulse.beat)
    assert len(set(beats)) == 3


def test_stillness_is_the_time_since_the_value_was_first_seen():
    still = Stillness()
    assert [still.look("a", now) for now in (5.0, 5.5, 6.0)] == [0.0, 0.5, 1.0]
    assert [still.look("b", now) for now in (6.5, 7.0)] == [0.0, 0.5]


def test_a_look_that_comes_late_counts_for_a_second():
    still = Stillness()
    still.look("a", 0.0)
    assert still.look("a", 3600.0) == 1.0
    assert still.look("a", 3600.5) == 1.5
