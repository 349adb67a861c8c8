from __future__ import annotations

import pytest

from vedette.datasets.collection import read_collection
from vedette.errors import UsageError


def _touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_a_folder_is_a_class_and_suffixes_count_in_either_case(tmp_path):
    _touch(tmp_path, "dog/b.JPG", "dog/a.jpeg", "cat/c.Png")
    collection = read_collection(tmp_path)
    assert list(collection.pictures) == ["cat", "dog"]
    assert [path.name for path in collection.pictures["dog"]] == ["a.jpeg", "b.JPG"]
    assert collection.count == 3
    assert collection.remarks == ()


def test_hidden_entries_are_passed_over_in_silence(tmp_path):
    _touch(tmp_path, "cat/a.jpg", "cat/.b.jpg", ".git/c.jpg", "cat/.DS_Store")
    collection = read_collection(tmp_path)
    assert collection.count == 1
    assert collection.remarks == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("stray.jpg", "1 picture (stray.jpg) beside the class folders"),
        ("cat/notes.txt", "1 file (notes.txt), not pictures"),
        ("cat/more/b.jpg", "1 folder (more) inside"),
        ("empty/notes.txt", "no pictures, so there is no class `empty`"),
    ],
    ids=["stray picture", "other file", "nested folder", "class without pictures"],
)
def test_what_is_passed_over_is_said(tmp_path, name, said):
    _touch(tmp_path, "cat/a.jpg", name)
    remarks = " ".join(read_collection(tmp_path).remarks)
    assert said in remarks


def test_a_folder_without_classes_is_refused_with_what_to_do(tmp_path):
    _touch(tmp_path, "a.jpg", "b.jpg")
    with pytest.raises(UsageError, match=r"holds no class.*2 pictures directly.*background"):
        read_collection(tmp_path)


def test_a_folder_that_is_not_there_or_no_folder_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no such file or directory"):
        read_collection(tmp_path / "nowhere")
    _touch(tmp_path, "file")
    with pytest.raises(UsageError, match="not a directory"):
        read_collection(tmp_path / "file")
