from __future__ import annotations

import pytest

from vedette.waiting import growing_delay


@pytest.mark.parametrize(
    ("failures", "expected"),
    [(0, 0.5), (1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (6, 10.0), (10**9, 10.0)],
)
def test_a_wait_doubles_with_each_failure_up_to_the_longest(failures, expected):
    assert growing_delay(failures, 0.5, 10.0) == expected


def test_a_wait_may_grow_slower_or_not_at_all():
    assert growing_delay(3, 1.0, 60.0, 1.5) == 2.25
    assert growing_delay(100, 1.0, 60.0, 1.0) == 1.0
