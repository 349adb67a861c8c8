from vedette.pipeline.back_off import BackOff


def test_waits_double_up_to_the_longest_and_begin_anew_after_a_good_stretch():
    back_off = BackOff(0.5, 30.0, 60.0)
    assert [back_off.next_delay(1.0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert [back_off.next_delay(good) for good in (59.9, 60.0, 0.0)] == [30, 0.5, 1]


def test_it_goes_on_for_ever():
    back_off = BackOff(0.5, 30.0, 60.0)
    assert {back_off.next_delay(0.0) for _ in range(5000)} == {0.5, 1, 2, 4, 8, 16, 30}
