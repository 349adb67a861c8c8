from datetime import time

import pytest

from vedette.actions.quiet_hours import QuietHours


@pytest.mark.parametrize(
    ("text", "quiet", "loud"),
    [
        pytest.param("22:00-07:00", ["22:00", "23:59", "00:00", "06:59"], ["07:00", "21:59"], id="night"),
        pytest.param("13:00-14:30", ["13:00", "14:29"], ["12:59", "14:30", "00:00"], id="by day"),
        pytest.param(" 9:05 - 0:00 ", ["09:05", "23:59"], ["00:00", "09:04"], id="to midnight"),
    ],
)
def test_it_is_quiet_from_the_beginning_until_before_the_end(text, quiet, loud):
    hours = QuietHours.parse(text)
    assert all(hours.include(time.fromisoformat(each)) for each in quiet)
    assert not any(hours.include(time.fromisoformat(each)) for each in loud)


@pytest.mark.parametrize("text", ["", "22-7", "24:00-07:00", "22:60-07:00", "22:00-22:00", "22:00", "always"])
def test_what_is_no_time_of_the_day_is_refused(text):
    with pytest.raises(ValueError, match=r"quiet hours|time of the day"):
        QuietHours.parse(text)
