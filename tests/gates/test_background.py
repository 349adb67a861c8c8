import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parts.footage import frame, frames, noisy, texture, with_square
from vedette.gates.background import BackgroundGate, BackgroundGateSettings

GARDEN = texture()
FOLIAGE = texture(seed=9)


def watch(paint, seconds, rate=15.0, **given_settings):
    """(second, verdict) of every frame."""
    gate = BackgroundGate(BackgroundGateSettings(**given_settings))
    return [(each.monotonic_seconds, gate.judge(each)) for each in frames(paint, seconds, rate)]


def open_seconds(verdicts):
    return [second for second, verdict in verdicts if verdict.is_open]


def reasons(verdicts, since=0.0):
    return {verdict.reason for second, verdict in verdicts if second >= since}


def still(generator, picture=GARDEN, deviation=2.0):
    return lambda _: noisy(picture, deviation, generator)


def lit(generator, light):
    """The garden, with each sample `light(second, sample)`."""
    garden = GARDEN.astype(np.float64)
    return lambda second: noisy(np.clip(light(second, garden), 0, 255), 2.0, generator)


def crossing(generator, start, end, speed, *, size=40, grey=230, line=0.5):
    """A square that goes from left to right between two seconds, `speed` widths a second."""

    def paint(second):
        where = speed * (second - start) if start <= second <= end else -1.0
        return noisy(with_square(GARDEN, (where, line), size, grey), 2.0, generator)

    return paint


@pytest.fixture
def generator():
    return np.random.default_rng(3)


@pytest.mark.parametrize("deviation", [0.0, 2.0, 6.0, 12.0])
@pytest.mark.parametrize("rate", [2.0, 15.0])
def test_noise_never_opens_it(generator, deviation, rate):
    verdicts = watch(still(generator, deviation=deviation), 20 if rate < 5 else 8, rate)
    assert open_seconds(verdicts) == []
    assert reasons(verdicts, since=2.5) <= {"nothing moves", "too small"}


def test_it_learns_the_scene_first_and_says_so(generator):
    verdicts = watch(still(generator), 1.5)
    assert reasons([each for each in verdicts if each[0] < 1.0]) == {"learning the scene"}
    assert reasons(verdicts, since=1.0) == {"nothing moves"}


def test_it_learns_from_at_least_five_pictures_however_slowly_they_come(generator):
    verdicts = watch(still(generator), 40, rate=0.2)
    assert [verdict.reason for _, verdict in verdicts][:6] == ["learning the scene"] * 5 + ["nothing moves"]


@pytest.mark.parametrize("per_second", [0.1, 0.3, 1.0, -0.2, -0.5])
def test_a_lighting_ramp_never_opens_it(generator, per_second):
    ramp = lit(generator, lambda second, sample: sample * (1 + per_second * np.clip(second - 2, 0, 1.3)))
    verdicts = watch(ramp, 6)
    assert open_seconds(verdicts) == []


@pytest.mark.parametrize(
    ("gain", "offset"),
    [(1.08, 0), (1.3, 0), (1.9, 0), (0.5, 0), (1, 30), (1, -25)],
    ids=["a shade", "brighter", "clipping", "half", "lifted", "lowered"],
)
def test_a_lighting_step_never_opens_it(generator, gain, offset):
    step = lit(generator, lambda second, sample: sample * gain + offset if second >= 2 else sample)
    verdicts = watch(step, 5)
    assert open_seconds(verdicts) == []
    if abs(gain - 1) > 0.1 or abs(offset) > 10:
        assert "lighting change" in reasons(verdicts)
    assert reasons(verdicts, since=4) == {"nothing moves"}


def uneven(second, sample):
    across = np.linspace(-1, 1, sample.shape[1])
    return sample * (0.6 if second < 2 else 0.6 + 0.5 * np.exp(-2 * (across - 0.3) ** 2))


def infrared(second, sample):
    return sample if second < 2 else 220 - 0.6 * sample


def lamp(second, sample):
    return sample if second >= 2 else 16 + 0.02 * sample


def curve(second, sample):
    return sample if second < 2 else 255 * np.sqrt(sample / 255)


@pytest.mark.parametrize("light", [uneven, infrared, lamp, curve])
def test_a_whole_new_light_is_learnt_anew_and_never_opens_it(generator, light):
    verdicts = watch(lit(generator, light), 5)
    assert open_seconds(verdicts) == []
    assert "lighting change" in reasons(verdicts)
    assert reasons(verdicts, since=4) == {"nothing moves"}


def test_somebody_who_walks_while_a_lamp_goes_on_is_still_seen(generator):
    walking = crossing(generator, 2, 6, 0.2)

    def paint(second):
        return np.clip(walking(second) * (1.4 if second >= 4 else 1.0), 0, 255).astype(np.uint8)

    opened = open_seconds(watch(paint, 6))
    assert min(opened) < 2.8
    assert max(opened) > 5.5


def foliage(second, strength):
    """Three trees whose foliage sways on slow and quick swings."""
    picture = GARDEN.copy()
    for number in range(3):
        swing = np.sin(2 * np.pi * (0.7 + 0.25 * number) * second + number)
        quick = np.sin(2 * np.pi * 1.9 * second + 2 * number)
        across, down = round(strength * (swing + 0.5 * quick)), round(strength * 0.5 * quick)
        left = 50 + 150 * number
        picture[60:180, left : left + 120] = FOLIAGE[80 + down : 200 + down, left + across :][:, :120]
    return picture


def test_leaves_that_sway_from_the_start_never_open_it(generator):
    assert open_seconds(watch(lambda second: noisy(foliage(second, 4), 2.0, generator), 12)) == []


def test_leaves_that_begin_to_sway_are_learnt_after_some_seconds(generator):
    opened = open_seconds(watch(lambda second: noisy(foliage(max(second, 3) - 3, 4), 2.0, generator), 30))
    assert opened
    assert max(opened) < 3 + 20


def test_after_the_leaves_were_learnt_somebody_is_still_seen(generator):
    def paint(second):
        picture = foliage(second, 4)
        where = 0.2 * (second - 10) if second >= 10 else -1.0
        return noisy(with_square(picture, (where, 0.75), 40, 230), 2.0, generator)

    opened = open_seconds(watch(paint, 13))
    assert 10 <= min(opened) < 11
    assert max(opened) > 12.8


@given(
    start=st.floats(0.15, 0.6),
    line=st.floats(0.2, 0.8),
    size=st.integers(20, 120),
    grey=st.sampled_from([0, 20, 235, 255]),
)
@settings(max_examples=12, deadline=None)
def test_a_box_holds_the_square_that_moves(start, line, size, grey):
    generator = np.random.default_rng(size)

    def where(second):
        return start + 0.3 * (second - 1.2) if second >= 1.2 else -1.0

    def paint(second):
        return noisy(with_square(GARDEN, (where(second), line), size, grey), 1.0, generator)

    second, verdict = watch(paint, 1.6)[-1]
    assert verdict.is_open
    box = verdict.boxes[0]
    height, width = GARDEN.shape
    tolerance = 6
    left, top = where(second) * width - size / 2, line * height - size / 2
    assert box.left * width <= left + tolerance
    assert box.right * width >= left + size - tolerance
    assert box.top * height <= max(top, 0) + tolerance
    assert box.bottom * height >= min(top + size, height) - tolerance
    assert box.width * width <= size + 0.3 * 0.4 * width + 4 * tolerance


def test_two_things_far_apart_have_a_box_each_the_larger_first(generator):
    def paint(second):
        at = second - 1.2 if second >= 1.2 else -9.0
        picture = with_square(GARDEN, (0.2 + 0.1 * at, 0.3), 60, 240)
        return noisy(with_square(picture, (0.7 + 0.1 * at, 0.7), 30, 240), 2.0, generator)

    _, verdict = watch(paint, 2)[-1]
    larger, smaller = verdict.boxes
    assert larger.area > smaller.area
    assert larger.right < 0.5 < smaller.left


def test_a_swarm_is_at_most_sixteen_boxes(generator):
    def paint(second):
        picture = GARDEN
        if second >= 1.2:
            for number in range(40):
                picture = with_square(
                    picture, (0.06 + 0.12 * (number % 8), 0.1 + 0.2 * (number // 8)), 16, 255
                )
        return picture

    assert len(watch(paint, 1.6)[-1][1].boxes) == 16


def test_it_opens_soon_after_something_comes_and_closes_after_it_left(generator):
    verdicts = watch(crossing(generator, 2, 5, 0.35), 7)
    opened = open_seconds(verdicts)
    assert 2.1 <= min(opened) < 2.6
    assert 5.0 < max(opened) <= 5.6
    assert verdicts[round(max(opened) * 15)][1].reason == "moved just now"


@pytest.mark.parametrize("rate", [2.0, 5.0, 10.0, 25.0])
def test_it_opens_and_closes_at_the_same_time_at_any_frame_rate(generator, rate):
    opened = open_seconds(watch(crossing(generator, 4, 7, 0.35), 9, rate))
    assert min(opened) == pytest.approx(4.2, abs=0.15 + 1.5 / rate)
    assert max(opened) == pytest.approx(7.5, abs=0.1 + 1.5 / rate)


def test_a_large_thing_that_moves_slowly_keeps_it_open(generator):
    verdicts = watch(crossing(generator, 2, 99, 0.03, size=150, grey=128), 16)
    assert {verdict.is_open for second, verdict in verdicts if second >= 4} == {True}


def test_a_small_fast_thing_opens_it_where_that_was_asked_for(generator):
    darting = crossing(generator, 2, 2.5, 2.0, size=5, grey=250)
    assert open_seconds(watch(darting, 4, 30, minimum_area=5e-5))
    by_default = watch(darting, 4, 30)
    assert open_seconds(by_default) == []


def test_a_thing_under_the_least_area_is_too_small(generator):
    verdicts = watch(crossing(generator, 2, 4, 0.3, size=24), 4, minimum_area=0.01)
    assert open_seconds(verdicts) == []
    assert "too small" in reasons(verdicts, since=2.2)
    energies = [verdict.energy for second, verdict in verdicts if second > 2.5]
    assert 0 < max(energies) < 0.01


def test_motion_under_the_least_duration_is_too_brief(generator):
    verdicts = watch(crossing(generator, 2, 2.4, 0.3), 4, minimum_seconds=0.5)
    assert open_seconds(verdicts) == []
    assert "too brief" in reasons(verdicts)


def test_without_a_least_duration_the_first_frame_opens_it(generator):
    opened = open_seconds(watch(crossing(generator, 2, 3, 0.3), 3, minimum_seconds=0))
    assert opened[0] < 2.2


def test_a_single_frame_in_another_light_does_not_open_it(generator):
    glitch = lit(generator, lambda second, sample: sample * (1.6 if abs(second - 3) < 0.03 else 1.0))
    verdicts = watch(glitch, 5)
    assert open_seconds(verdicts) == []
    assert "lighting change" in reasons(verdicts)


def test_a_thing_that_stops_is_absorbed_and_its_leaving_opens_the_gate_again(generator):
    def paint(second):
        where = min(0.1 + 0.2 * (second - 2), 0.5) if 2 <= second < 10 else -1.0
        return noisy(with_square(GARDEN, (where, 0.5), 40, 230), 2.0, generator)

    verdicts = watch(paint, 12)
    is_open = {round(second, 2): verdict.is_open for second, verdict in verdicts}
    assert is_open[5.0]
    assert not is_open[9.0]
    assert is_open[10.2]


def test_what_fills_the_picture_opens_it(generator):
    def paint(second):
        picture = GARDEN if second < 2 else np.roll(FOLIAGE, int(40 * second), axis=1)
        return noisy(picture, 2.0, generator)

    assert open_seconds(watch(paint, 4))


@given(
    left=st.floats(0.0, 0.5), top=st.floats(0.0, 0.5), width=st.floats(0.2, 0.4), height=st.floats(0.2, 0.4)
)
@settings(max_examples=10, deadline=None)
def test_what_lies_in_a_mask_never_opens_it(left, top, width, height):
    generator = np.random.default_rng(5)
    mask = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
    swing = 0.5 * width - 30 / 640

    def paint(second):
        centre = left + width / 2 + swing * 0.8 * np.sin(5 * second), top + height / 2
        return noisy(with_square(GARDEN, centre if second >= 1.2 else (-1, -1), 28, 250), 1.0, generator)

    assert open_seconds(watch(paint, 3, masks=[mask])) == []
    assert open_seconds(watch(paint, 3))


def test_with_everything_masked_it_stays_closed(generator):
    everything = [[[0, 0], [1, 0], [1, 1], [0, 1]]]
    assert open_seconds(watch(crossing(generator, 2, 4, 0.3), 4, masks=everything)) == []


def test_another_size_starts_the_learning_anew(generator):
    gate = BackgroundGate(BackgroundGateSettings())
    for each in frames(still(generator), 2):
        gate.judge(each)
    smaller = texture(320, 240)
    verdicts = [gate.judge(each) for each in frames(still(generator, smaller), 2, since=2.0)]
    assert [verdict.reason for verdict in verdicts[:3]] == ["learning the scene"] * 3
    assert verdicts[-1].reason == "nothing moves"
    assert not any(verdict.is_open for verdict in verdicts)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 2), (1279, 3), (2, 719), (641, 479), (1920, 1080)])
def test_any_size_of_picture_will_do(generator, width, height):
    picture = texture(width, height)
    verdicts = watch(still(generator, picture, 1.0), 2, 8)
    assert open_seconds(verdicts) == []
    assert verdicts[-1][1].reason == "nothing moves"


def test_a_luma_plane_between_other_samples_is_read_alike(generator):
    """Packed formats give a view with gaps."""
    gates = [BackgroundGate(BackgroundGateSettings()) for _ in range(2)]
    for each in frames(crossing(generator, 1.5, 3, 0.3), 3):
        packed = np.zeros((360, 1280), np.uint8)
        packed[:, ::2] = each.luma
        gapped = frame(packed[:, ::2], each.monotonic_seconds)
        assert gates[0].judge(each) == gates[1].judge(gapped)


def test_a_clock_that_stands_still_or_jumps_breaks_nothing(generator):
    gate = BackgroundGate(BackgroundGateSettings())
    for second in (0.0, 0.0, 5.0, 5.0, 2.0, 3.0, 3.0, 1e9, 1e9 + 0.1, -4.0, -3.0, -2.0):
        verdict = gate.judge(frame(noisy(GARDEN, 2.0, generator), second))
        assert not verdict.is_open


def test_the_threshold_is_the_least_area(generator):
    verdicts = watch(crossing(generator, 2, 3, 0.3), 3, minimum_area=0.002)
    assert {verdict.threshold for _, verdict in verdicts} == {0.002}
    assert all(verdict.energy >= 0.002 for _, verdict in verdicts if verdict.reason == "moving")
