from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from parts.command_line import run_command, run_json
from parts.taught_pictures import ColourEmbedder, jpeg
from parts.written_configuration import ENVIRONMENT, HOUSE, PASSWORD, written
from vedette.cli.check import check
from vedette.errors import ConfigurationError, UsageError
from vedette.folders import classifiers_folder
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.manifest import Origin
from vedette.teaching.session import TeachingSession


@pytest.fixture
def house(tmp_path, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    folder = ClassifierFolder(classifiers_folder(), "cat-door")
    now = datetime(2026, 11, 21, tzinfo=UTC)
    with TeachingSession(folder, ColourEmbedder(), Origin(), lambda: now) as session:
        for label in ("cat", "mouse", "background"):
            for seed in range(3):
                session.add(jpeg(label, seed), f"{seed}.jpg", label)
        session.teach()
        session.save()
    return written(tmp_path, HOUSE.replace("label: prey", "label: mouse"))


def test_what_is_right_is_summed_up_without_credentials(house):
    text = run_command(check, house)
    for part in (
        "door",
        "rtsp://192.168.1.20",
        "background",
        "cat-door",
        "prey: presence of mouse",
        "log, phone",
    ):
        assert part in text
    assert "phone (webhook)" in text
    assert "is in order" in text
    assert PASSWORD not in text
    assert "stream1" not in text


def test_json_holds_the_summary(house):
    summary = run_json(check, house)
    assert summary["problems"] == []
    (door,) = summary["cameras"]
    assert door["source"] == "rtsp rtsp://192.168.1.20"
    assert [rule["label"] for rule in door["rules"]] == ["mouse", "cat"]
    assert summary["actions"] == {"log": "log", "phone": "webhook"}
    assert PASSWORD not in json.dumps(summary)


def test_values_from_the_environment_are_named_not_shown(tmp_path, monkeypatch):
    (tmp_path / f"{PASSWORD}.mp4").touch()
    monkeypatch.setenv("CLIP", str(tmp_path / f"{PASSWORD}.mp4"))
    text = "cameras: {door: {source: {kind: video, path: !env CLIP}}}"
    summary = run_json(check, written(tmp_path, text))
    assert summary["cameras"][0]["source"] == "video !env CLIP"


def test_what_is_wrong_is_an_error_with_lines(tmp_path):
    path = written(tmp_path, "service: {prot: 1}\nstorage: 5")
    with pytest.raises(ConfigurationError, match=r"house\.yaml has 2 problems") as caught:
        run_command(check, path)
    assert caught.value.exit_code == 2


def test_json_holds_what_is_wrong(tmp_path):
    app = typer.Typer()
    app.command()(check)
    result = CliRunner().invoke(app, [str(written(tmp_path, "service: {prot: 1}")), "--json"])
    assert isinstance(result.exception, ConfigurationError)
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem == {
        "line": 1,
        "path": "service.prot",
        "sentence": "unknown key; the nearest known one is port.",
    }


def test_a_classifier_that_is_not_taught_is_wrong(tmp_path):
    with pytest.raises(ConfigurationError, match="vedette teach cat-door FOLDER"):
        run_command(check, written(tmp_path, "service: {classifier: cat-door}"))


def test_no_camera_is_in_order_and_said(tmp_path):
    assert "No camera: only the HTTP service answers." in run_command(check, written(tmp_path, ""))


def test_schema_prints_the_schema_and_needs_no_configuration():
    assert "cameras" in json.loads(run_command(check, "--schema"))["properties"]


def test_nothing_to_check_is_told():
    with pytest.raises(UsageError, match="vedette check CONFIG"):
        run_command(check)


def test_what_is_named_and_is_not_there_is_told(house, tmp_path):
    text = house.read_text()
    text = text.replace("actions:\n", "  yard:\n    source: {kind: video, path: nowhere.mp4}\nactions:\n", 1)
    house.write_text(text + "  bell: {kind: command, arguments: [/bin/no-such-bell]}\n")
    with pytest.raises(ConfigurationError) as caught:
        check(house)
    assert "cameras.yard.source.path: " in str(caught.value)
    assert "nowhere.mp4 does not exist" in str(caught.value)
    assert "there is no program /bin/no-such-bell that may be run" in str(caught.value)
