from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from vedette.cli.doctor import doctor


@pytest.fixture
def app():
    app = typer.Typer()
    app.command()(doctor)
    return app


def test_doctor_tells_every_topic_with_its_state_and_what_to_do(app):
    rows = json.loads(CliRunner().invoke(app, ["--json"], catch_exceptions=False).stdout)
    topics = [row["topic"] for row in rows]
    assert len(set(topics)) == len(topics)
    assert {"processor", "memory", "Edge TPU", "cameras", "permissions", "LiteRT", "default network"} <= set(
        topics
    )
    for row in rows:
        assert set(row) == {"topic", "state", "detail", "remedy"}
        assert row["state"] in ("ok", "warn", "missing")
        assert bool(row["remedy"]) == (row["state"] != "ok")


def test_doctor_prints_a_line_a_topic_and_the_remedy_below(app):
    result = CliRunner().invoke(app, [], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0
    assert any(line.startswith("processor ") for line in result.stdout.splitlines())
    assert "→ Cameras in the network need none." in result.stdout or "/dev/video" in result.stdout
