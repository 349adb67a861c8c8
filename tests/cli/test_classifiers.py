from __future__ import annotations

import pytest
from typer.testing import CliRunner

from parts.command_line import run_command, run_json
from parts.taught_pictures import write_collection
from vedette.cli.classifiers import app, delete, export, import_file, list_classifiers
from vedette.cli.teach import teach
from vedette.errors import TeachingError, UsageError
from vedette.folders import classifiers_folder

pytestmark = pytest.mark.usefixtures("lite0_int8")


@pytest.fixture
def door(tmp_path):
    run_command(teach, "door", write_collection(tmp_path / "pictures", {"cat": 4, "dog": 3}))
    return tmp_path / "door.vedette"


def test_nothing_taught_says_how_to_begin():
    assert "vedette teach" in run_command(list_classifiers)
    assert run_json(list_classifiers) == []


def test_a_classifier_goes_out_comes_in_and_is_deleted(door):
    assert "MB." in run_command(export, "door", door)
    with pytest.raises(UsageError, match="there already"):
        run_command(export, "door", door)
    run_command(export, "door", door, "--overwrite")
    with pytest.raises(TeachingError, match="already"):
        run_command(import_file, door)
    assert "roof: 7 pictures, none had to be embedded." in run_command(import_file, door, "--name", "roof")
    listed = run_json(list_classifiers)
    assert [(each["name"], each["classes"], each["pictures"]) for each in listed] == [
        ("door", ["cat", "dog"], 7),
        ("roof", ["cat", "dog"], 7),
    ]
    assert "roof" in run_command(list_classifiers)
    assert "roof is deleted" in run_command(delete, "roof", "--yes")
    assert [each["name"] for each in run_json(list_classifiers)] == ["door"]
    assert [path.name for path in door.parent.iterdir() if path.suffix == ".part"] == []


def test_deleting_is_asked_about(door):
    runner = CliRunner()
    assert runner.invoke(app, ["delete", "door"], input="n\n").exit_code == 1
    assert (classifiers_folder() / "door").is_dir()
    assert runner.invoke(app, ["delete", "door"], input="y\n").exit_code == 0
    assert not (classifiers_folder() / "door").exists()


@pytest.mark.parametrize("command", [export, delete])
def test_what_is_not_there_is_said(command):
    with pytest.raises(UsageError, match="no classifier"):
        run_command(command, "door")


def test_a_file_that_is_none_is_said(tmp_path):
    with pytest.raises(UsageError, match=r"x\.vedette"):
        run_command(import_file, tmp_path / "x.vedette")
    (tmp_path / "y.vedette").write_bytes(b"no")
    with pytest.raises(UsageError, match="no exported classifier"):
        run_command(import_file, tmp_path / "y.vedette")
