import pytest

from parts.happenings import START, frame
from vedette.errors import StoreError
from vedette.events.snapshots import SnapshotFolder
from vedette.pixels.picture import decode_picture


def test_a_snapshot_lies_under_its_day_and_shows_the_frame(tmp_path):
    folder = SnapshotFolder(tmp_path)
    jpeg = folder.encode(frame(0))
    path = folder.keep("01x", START, jpeg)
    assert path == f"snapshots/{START:%Y/%m/%d}/01x.jpg"
    kept = decode_picture((tmp_path / path).read_bytes())
    assert kept.shape == (48, 64, 3)
    assert abs(int(kept.mean()) - 90) <= 1


def test_a_snapshot_that_cannot_be_kept_is_a_sentence(tmp_path):
    (tmp_path / "snapshots").write_text("in the way")
    with pytest.raises(StoreError, match="the picture of event 01x cannot be kept"):
        SnapshotFolder(tmp_path).keep("01x", START, b"jpeg")


def test_a_snapshot_that_nobody_wants_is_removed_and_removing_it_again_does_no_harm(tmp_path):
    folder = SnapshotFolder(tmp_path)
    path = folder.keep("01x", START, b"jpeg")
    folder.forget(path)
    folder.forget(path)
    assert not (tmp_path / path).exists()
