import csv
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parts.happenings import START, event
from parts.letters import entry
from vedette.cli.events import app
from vedette.errors import StoreError, UsageError
from vedette.folders import data_folder
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.store.store import BESIDE_NAME, DATABASE_NAME
from vedette.values.event import Importance, Review

LATER = START + timedelta(seconds=90)


def run(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def listed(*arguments):
    return [each["id"] for each in json.loads(run("list", "--json", *arguments).stdout)]


@pytest.fixture
def recording():
    """The database of a Vedette that runs."""
    with Database(data_folder() / DATABASE_NAME) as database:
        table = EventTable(database)
        table.record(
            event("1", 1, closed_at=LATER, score=0.9, is_favourite=True, clip="clips/1.mp4"),
            [entry(event("1"))],
        )
        table.record(event("2", 2, camera="yard", rule="absence", label="[red]car", review=Review.WRONG))
        yield database


def test_events_are_listed_while_they_are_recorded(recording):
    said = run("list").stdout
    assert said.index("yard") < said.index("door")
    assert "[red]car" in said
    assert "89.0" in said
    assert "favourite, clip" in said
    EventTable(recording).record(event("3"))
    assert listed() == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        pytest.param(["--camera", "yard"], ["2"], id="camera"),
        pytest.param(["--rule", "prey"], ["1"], id="rule"),
        pytest.param(["--label", "prey"], ["1"], id="label"),
        pytest.param(["--min-score", "0.8"], ["1"], id="score"),
        pytest.param(["--open"], ["2"], id="open"),
        pytest.param(["--favourites"], ["1"], id="favourites"),
        pytest.param(["--review", "wrong"], ["2"], id="review"),
        pytest.param(["--review", "none"], ["1"], id="not reviewed"),
        pytest.param(["--search", "YARD car"], ["2"], id="search"),
        pytest.param(["--since", "2026-03-30"], [], id="since"),
        pytest.param(["--since", "2026-03-28"], ["2", "1"], id="since before"),
        pytest.param(["--until", "2026-03-28"], [], id="until"),
        pytest.param(["--limit", "1"], ["2"], id="limit"),
    ],
)
def test_a_list_is_filtered(recording, arguments, found):
    assert listed(*arguments) == found


def test_a_list_of_nothing_says_so(recording):
    assert run("list", "--camera", "nowhere").stdout == "No events.\n"
    assert listed("--camera", "nowhere") == []


def test_one_event_is_shown_whole(recording):
    shown = json.loads(run("show", "1").stdout)
    assert shown == {
        "id": "1",
        "camera": "door",
        "rule": "prey",
        "label": "prey",
        "opened_at": "2026-03-29T00:30:01.000+00:00",
        "updated_at": "2026-03-29T00:30:01.000+00:00",
        "closed_at": "2026-03-29T00:31:30.000+00:00",
        "close_reason": None,
        "score": 0.9,
        "importance": Importance.NORMAL.name.lower(),
        "is_favourite": True,
        "review": None,
        "updates": 0,
        "snapshot": None,
        "clip": "clips/1.mp4",
        "measures": {},
    }
    with pytest.raises(UsageError, match="no event 'nobody'"):
        run("show", "nobody")


def test_json_is_exported_whole_or_not_at_all(recording, tmp_path):
    run("export", tmp_path / "events.json")
    assert [each["id"] for each in json.loads((tmp_path / "events.json").read_text())] == ["2", "1"]
    run("export", tmp_path / "none.json", "--camera", "nowhere")
    assert json.loads((tmp_path / "none.json").read_text()) == []
    assert not list(tmp_path.glob(".part-*"))


def test_an_export_replaces_no_file_unless_it_is_told_to(recording, tmp_path):
    kept = tmp_path / "events.json"
    kept.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        run("export", kept)
    assert kept.read_text() == "mine"
    run("export", kept, "--force")
    assert len(json.loads(kept.read_text())) == 2


def test_csv_is_exported_to_standard_output_without_formulas(recording):
    EventTable(recording).record(event("3", label='=cmd|"/c calc"!A1', measures={"dwell_seconds": 1.5}))
    first, *others = csv.DictReader(StringIO(run("export", "-", "--format", "csv").stdout))
    assert first["label"] == '\'=cmd|"/c calc"!A1'
    assert json.loads(first["measures"]) == {"dwell_seconds": 1.5}
    assert [(each["id"], each["closed_at"]) for each in others] == [
        ("2", ""),
        ("1", "2026-03-29T00:31:30.000+00:00"),
    ]


def test_a_backup_is_a_whole_database_and_overwrites_nothing(recording, tmp_path):
    run("backup", tmp_path / "copy.sqlite")
    with Database(tmp_path / "copy.sqlite") as copy:
        assert [each.id for each in EventTable(copy).list()] == ["2", "1"]
    with pytest.raises(StoreError, match="is there already"):
        run("backup", tmp_path / "copy.sqlite")
    with pytest.raises(StoreError, match="cannot be written"):
        run("backup", tmp_path / "no folder" / "copy.sqlite")


def test_a_check_tells_of_damage(recording):
    assert "is sound" in run("check").stdout
    recording.close()
    path = data_folder() / DATABASE_NAME
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'events_by_camera'")
    with pytest.raises(StoreError, match="is damaged"):
        run("check")


@pytest.mark.parametrize("command", [["list"], ["show", "1"], ["export", "-"], ["check"]], ids=lambda c: c[0])
def test_where_nothing_was_recorded_it_is_said_and_nothing_is_made(command):
    with pytest.raises(StoreError, match="there is no database at"):
        run(*command)
    assert not data_folder().exists()


def test_an_older_database_is_said_and_left_as_it_is(tmp_path):
    Database(data_folder() / DATABASE_NAME).close()
    with closing(sqlite3.connect(data_folder() / DATABASE_NAME)) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(StoreError, match="older Vedette"):
        run("list")


def test_what_was_recorded_beside_is_listed_too(recording):
    with Database(data_folder() / BESIDE_NAME) as beside:
        EventTable(beside).record(event("2", 2, label="newer word"))
        EventTable(beside).record(event("3"))
        result = run("list", "--json")
    assert [(each["id"], each["label"]) for each in json.loads(result.stdout)] == [
        ("3", "prey"),
        ("2", "newer word"),
        ("1", "prey"),
    ]
    assert "2 events are still in" in result.stderr


def test_what_was_recorded_beside_is_listed_though_the_database_is_damaged(recording):
    recording.close()
    (data_folder() / DATABASE_NAME).write_bytes(b"not a database")
    with Database(data_folder() / BESIDE_NAME) as beside:
        EventTable(beside).record(event("3"))
        result = run("list", "--json")
    assert [each["id"] for each in json.loads(result.stdout)] == ["3"]
    assert "is not a database" in result.stderr


def test_a_configuration_says_whose_events_are_meant(tmp_path, recording):
    with Database(tmp_path / "kept" / DATABASE_NAME) as other:
        EventTable(other).record(event("9"))
    config = tmp_path / "vedette.yaml"
    config.write_text(
        "storage:\n  folder: kept\ncameras:\n  door:\n    source: {kind: v4l2, device: /dev/video0}\n"
    )
    assert listed("--config", config) == ["9"]
    assert Path(run("backup", tmp_path / "copy", "--config", config).stdout.strip()) == tmp_path / "copy"
