import pytest

from parts.ticking import TickingClock
from vedette.events.retrying import Patience, Retry


@pytest.fixture
def clock():
    return TickingClock()


@pytest.fixture
def retry(clock):
    return Retry(Patience(monotonic=clock.monotonic))


def test_the_pause_doubles_up_to_its_limit(clock, retry):
    pauses = []
    for _ in range(8):
        retry.fail("no.")
        pauses.append(retry.seconds_left)
        clock.seconds += retry.seconds_left
    assert pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0])


def test_a_year_of_failures_is_no_error(retry):
    for _ in range(10_000):
        retry.fail("no.")
    assert retry.seconds_left == pytest.approx(5.0)


def test_people_are_told_two_seconds_after_the_first_failure(clock, retry):
    assert retry.seconds_until_ring is None
    retry.fail("no.")
    clock.seconds += 1.5
    retry.fail("no.")
    assert retry.seconds_until_ring == pytest.approx(0.5)
    clock.seconds += 1.0
    assert retry.seconds_until_ring == 0.0


def test_only_the_first_failure_and_the_first_success_are_news(retry):
    assert [retry.fail("no."), retry.fail("never.")] == [True, False]
    assert retry.why == "never."
    assert [retry.succeed(), retry.succeed()] == [True, False]
    assert (retry.why, retry.seconds_left, retry.failures) == (None, 0.0, 0)


def test_an_attempt_may_be_hurried(retry):
    retry.fail("no.")
    retry.hurry()
    assert retry.seconds_left == 0.0
