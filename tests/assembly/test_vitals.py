from __future__ import annotations

import pytest

from vedette.assembly.advice import remedy
from vedette.assembly.vitals import vitals


def test_this_process_takes_something(tmp_path):
    told = vitals()
    assert told.cpu_seconds > 0
    assert told.cpu_count >= 1
    assert told.memory_bytes is None or told.memory_bytes > 1e6
    assert told.threads is None or told.threads >= 1


def test_what_nobody_tells_is_not_known(tmp_path):
    told = vitals(tmp_path)
    assert (told.memory_bytes, told.memory_total_bytes, told.threads, told.open_files) == (None,) * 4


@pytest.mark.parametrize(
    ("part", "why", "word"),
    [
        ("camera lawn", "it refuses the name or password (401 Unauthorized).", "password"),
        ("camera lawn", "no route to host", "network"),
        ("camera lawn", "it gives no picture: nothing came", "power"),
        ("classifier door", "its folder cannot be read", "Teach"),
        ("actuators", "nobody drives them", "pins"),
        ("housekeeping: the clips", "disk full", "by itself"),
        ("something new", "that nobody thought of", "log"),
    ],
)
def test_there_is_something_to_do_about_every_trouble(part, why, word):
    assert word in remedy(part, why)
