import os
from datetime import UTC, datetime

import pytest

from vedette.store.media import media_time

WHEN = datetime(2026, 3, 1, tzinfo=UTC)


def test_without_media_there_is_no_time(tmp_path):
    (tmp_path / "classifiers" / "door").mkdir(parents=True)
    (tmp_path / "snapshots").mkdir()
    assert media_time(tmp_path) is None
    assert media_time(tmp_path / "nowhere") is None


@pytest.mark.parametrize("kind", ["snapshots", "clips"])
def test_the_time_is_that_of_the_newest_file_put_there(tmp_path, kind):
    for day in ("01", "02"):
        folder = tmp_path / kind / "2026" / day
        folder.mkdir(parents=True)
        (folder / "a.jpg").touch()
    for path in (tmp_path / kind).rglob("*"):
        os.utime(path, (0, 0))
    os.utime(tmp_path / kind, (0, 0))
    os.utime(tmp_path / kind / "2026" / "01", (WHEN.timestamp(), WHEN.timestamp()))
    assert media_time(tmp_path) == WHEN
