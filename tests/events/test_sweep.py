import os
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parts.happenings import START, event
from vedette.errors import StoreError
from vedette.events.identity import event_id
from vedette.events.sweep import MOST_ORPHANS, Sweep
from vedette.store.store import Store

NOW = START + timedelta(hours=3)
MADE_AT = START - timedelta(days=1)


class Rows:
    """A database in memory: rows, since when it knows, and what it says of orphans."""

    def __init__(self, *events, made_at=MADE_AT):
        self.rows = {each.id: each for each in events}
        self.made_at = made_at

    def orphans(self, identities):
        return set(identities) - set(self.rows)

    def every(self):
        return list(self.rows.values())

    def set_clip(self, identity, path):
        self.rows[identity] = replace(self.rows[identity], clip=path)
        return True


def held(identity):
    return False


@pytest.fixture
def lay(tmp_path):
    """Lays a file that was last written at the time in its name."""

    def laid(folder="snapshots", at=START, suffix=".jpg", prefix="", written_at=None):
        identity = event_id(at, secrets.token_bytes)
        path = tmp_path / folder / f"{at:%Y/%m/%d}" / f"{prefix}{identity}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"bytes")
        stamp = (written_at or at).timestamp()
        os.utime(path, (stamp, stamp))
        return path

    return laid


def sweep(tmp_path, rows=None, is_held=held, now=NOW):
    rows = rows or Rows()
    return Sweep(tmp_path, rows, rows, is_held).run(now)


def test_files_without_a_row_go_and_those_with_one_stay(tmp_path, lay):
    picture, clip, own = lay(), lay("clips", suffix=".mp4"), lay()
    row = event(own.stem, snapshot=str(own.relative_to(tmp_path)))
    swept = sweep(tmp_path, Rows(row))
    assert not picture.exists()
    assert not clip.exists()
    assert own.exists()
    assert (swept.orphans, swept.partials, swept.missing, swept.refused) == (2, 0, (), 0)
    assert swept.freed_bytes > 0


def test_an_unfinished_file_of_a_kill_goes_an_hour_later(tmp_path, lay):
    partial = lay(prefix=".part-")
    swept = sweep(tmp_path, now=START + timedelta(minutes=59))
    assert partial.exists()
    swept = sweep(tmp_path, now=START + timedelta(minutes=61))
    assert not partial.exists()
    assert (swept.orphans, swept.partials) == (0, 1)


def test_a_video_that_a_kill_cut_off_stays_for_mending_as_long_as_its_event_does(tmp_path, lay):
    partial = lay("clips", prefix=".part-", suffix=".mp4")
    row = event(partial.stem.removeprefix(".part-"))
    assert sweep(tmp_path, Rows(row)).partials == 0
    assert partial.exists()
    assert sweep(tmp_path, Rows()).partials == 1
    assert not partial.exists()


def test_a_whole_video_that_its_events_row_does_not_name_is_given_back_to_it(tmp_path, lay):
    clip, young = lay("clips", suffix=".mp4"), lay("clips", suffix=".mp4", written_at=NOW)
    rows = Rows(event(clip.stem), event(young.stem))
    assert sweep(tmp_path, rows).given_back == 1
    assert rows.rows[clip.stem].clip == clip.relative_to(tmp_path).as_posix()
    assert rows.rows[young.stem].clip is None
    assert sweep(tmp_path, rows).given_back == 0


@pytest.mark.parametrize(
    "laid",
    [
        {"at": MADE_AT - timedelta(seconds=1)},
        {"at": NOW - timedelta(minutes=59)},
        {"at": NOW + timedelta(days=1)},
        {"written_at": NOW - timedelta(minutes=59)},
        {"suffix": ".txt"},
        {"suffix": ".jpg.bak"},
        {"suffix": ""},
        {"prefix": "mine-"},
        {"folder": "notes"},
        {"folder": "snapshots/holiday"},
        {"folder": "snapshots/2026/03/29/01"},
    ],
    ids=str,
)
def test_what_may_belong_to_somebody_stays(tmp_path, lay, laid):
    path = lay(**laid)
    assert sweep(tmp_path).orphans == 0
    assert path.exists()


def test_nothing_is_touched_while_the_database_is_in_trouble(tmp_path, lay):
    paths = [lay(), lay(prefix=".part-")]
    assert sweep(tmp_path, Rows(made_at=None)).was_off
    assert all(path.exists() for path in paths)


def test_a_database_that_fails_meanwhile_costs_nothing(tmp_path, lay):
    class Fails(Rows):
        def orphans(self, identities):
            raise StoreError("gone.")

    paths = [lay(), lay(prefix=".part-")]
    with pytest.raises(StoreError):
        sweep(tmp_path, Fails())
    assert all(path.exists() for path in paths)


def test_what_the_journal_holds_is_no_orphan(tmp_path, lay):
    path = lay()
    assert sweep(tmp_path, is_held=lambda identity: identity == path.stem).orphans == 0
    assert path.exists()


def test_links_are_neither_followed_nor_removed(tmp_path, lay):
    storage = tmp_path / "storage"
    elsewhere = lay("elsewhere/snapshots")
    folder = storage / "snapshots" / "2026"
    folder.mkdir(parents=True)
    (folder / "03").symlink_to(elsewhere.parent)
    (folder / elsewhere.name).symlink_to(elsewhere)
    (storage / "clips").symlink_to(elsewhere.parent)
    assert sweep(storage).orphans == 0
    assert elsewhere.exists()
    assert (folder / elsewhere.name).is_symlink()


def test_more_orphans_than_kills_leave_are_kept_and_said_once(tmp_path, lay, caplog):
    paths = [lay() for _ in range(MOST_ORPHANS + 1)]
    rows = Rows()
    sweeping = Sweep(tmp_path, rows, rows, held)
    for _ in range(2):
        swept = sweeping.run(NOW)
        assert (swept.orphans, swept.refused) == (0, MOST_ORPHANS + 1)
    assert all(path.exists() for path in paths)
    assert caplog.text.count("Was an older database put back?") == 1
    paths[0].unlink()
    assert sweeping.run(NOW).orphans == MOST_ORPHANS


def test_a_row_whose_picture_is_gone_is_told_once_and_stays(tmp_path, lay, caplog):
    there = lay()
    rows = Rows(
        event("01", snapshot="snapshots/gone.jpg"),
        event("02", clip="clips/gone.mp4"),
        event("03"),
        event(there.stem, snapshot=str(there.relative_to(tmp_path))),
    )
    sweeping = Sweep(tmp_path, rows, rows, held)
    for _ in range(2):
        assert sweeping.run(NOW).missing == ("01", "02")
    assert len(rows.rows) == 4
    assert caplog.text.count("2 events have lost a picture or video: 01, 02") == 1


def test_an_empty_storage_folder_is_swept_in_no_time(tmp_path):
    assert sweep(tmp_path) == sweep(tmp_path / "not there")


def test_it_fits_the_real_store(tmp_path, lay):
    with Store.open(tmp_path) as store:
        made_at = store.made_at.astimezone(UTC)
        old, orphan, own = (
            lay(at=MADE_AT),
            lay(at=made_at + timedelta(minutes=1)),
            lay(at=made_at + timedelta(minutes=1)),
        )
        store.events.record(event(own.stem, snapshot=str(own.relative_to(tmp_path))))
        sweeping = Sweep(tmp_path, store.events, store, held)
        assert sweeping.run(datetime.now(UTC)).orphans == 0
        assert sweeping.run(made_at + timedelta(hours=2)).orphans == 1
    assert old.exists()
    assert own.exists()
    assert not orphan.exists()
