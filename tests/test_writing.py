import errno
import os
import stat

import pytest

from vedette.writing import make_folder, write_whole


def test_a_file_is_replaced_and_no_temporary_one_stays(tmp_path):
    path = tmp_path / "a.jpg"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.jpg"]


def test_a_secret_files_permissions_are_kept(tmp_path):
    path = tmp_path / "secret.yaml"
    path.touch(mode=0o600)
    write_whole(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_disk_that_fills_up_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.jpg"
    write_whole(path, b"old")

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_folders_are_made_with_those_above_them(tmp_path):
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


@pytest.mark.parametrize(("options", "flushed_folders"), [({}, 1), ({"flush_name": False}, 0)])
def test_the_name_is_flushed_once_it_is_the_files_unless_that_is_left_to_the_caller(
    tmp_path, monkeypatch, options, flushed_folders
):
    path = tmp_path / "a.jpg"
    was_there = []

    def note(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            was_there.append(path.exists())

    monkeypatch.setattr(os, "fsync", note)
    write_whole(path, b"new", **options)
    assert was_there == [True] * flushed_folders
