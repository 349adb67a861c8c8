"""`vedette watch` as a user runs it, on the real clip."""

from __future__ import annotations

import json
import signal
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from parts.demonstrated import taught
from parts.vedette_process import COMMAND, TRACEBACK, environment, run_vedette, start_vedette
from vedette.assembly.demonstration import PERSON

DECISION = {
    "camera",
    "sequence",
    "captured_at",
    "seconds",
    "looked",
    "answers",
    "states",
    "decided_in_milliseconds",
}
EXPLAINED = DECISION | {"gate", "network", "rules"}
ANSWER = {"label", "confidence", "confidences", "distance", "distance_limit", "reason"}
FRAMES = 230


@pytest.fixture(scope="session")
def home(tmp_path_factory, lite0_int8, person_clip) -> Path:
    return taught(PERSON, person_clip, tmp_path_factory.mktemp("home"))


@pytest.fixture
def given(home) -> dict[str, str]:
    return environment(VEDETTE_HOME=str(home))


def watch(given, clip: Path, *options: str) -> list[dict]:
    result = run_vedette("watch", clip, "--classifier", "lawn", "--flat-out", *options, given=given)
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="session")
def decisions(home, person_clip) -> list[dict]:
    return watch(environment(VEDETTE_HOME=str(home)), person_clip, "--json")


def test_json_tells_every_look_and_nothing_else(decisions):
    assert all(set(each) == DECISION for each in decisions)
    assert all(each["looked"] and set(each["answers"]["lawn"]) == ANSWER for each in decisions)
    sequences = [each["sequence"] for each in decisions]
    assert sequences == sorted(set(sequences))
    assert 0 < len(decisions) < FRAMES
    for each in decisions:
        answer = each["answers"]["lawn"]
        assert set(answer["confidences"]) == {"background", "person"}
        assert 0 <= answer["confidence"] <= 1
        assert datetime.fromisoformat(each["captured_at"]).utcoffset().total_seconds() == 0


def test_the_person_is_seen_while_on_the_lawn_and_not_before(decisions):
    seen = [each["seconds"] for each in decisions if each["answers"]["lawn"]["label"] == "person"]
    assert [second for second in seen if 3.0 <= second <= 6.0]
    assert [second for second in seen if second < 2.0] == []


def test_explain_tells_every_frame_with_every_stages_reason(given, person_clip):
    frames = watch(given, person_clip, "--json", "--explain")
    assert [each["sequence"] for each in frames] == list(range(FRAMES))
    assert all(set(each) == EXPLAINED for each in frames)
    assert all(each["gate"]["reason"] and each["network"]["lawn"] for each in frames)
    assert all(bool(each["answers"]) == each["looked"] for each in frames)
    assert {each["looked"] for each in frames} == {True, False}
    assert {each["gate"]["is_open"] for each in frames} == {True, False}
    for box in (box for each in frames for box in each["gate"]["boxes"]):
        assert 0 <= box["left"] < box["right"] <= 1
        assert 0 <= box["top"] < box["bottom"] <= 1


def test_without_a_gate_every_frame_is_looked_at(given, person_clip):
    assert len(watch(given, person_clip, "--json", "--no-gate")) == FRAMES


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            ("{clip}", "--classifier", "lawm"), (1, "no classifier `lawm`"), id="unknown classifier"
        ),
        pytest.param(("{clip}", "--classifier", "../lawn"), (2, "cannot name a classifier"), id="a path"),
        pytest.param(("gopher://x", "--classifier", "lawn"), (2, "The scheme gopher:"), id="unknown scheme"),
        pytest.param(("nothere.mp4", "--classifier", "lawn"), (2, "does not exist"), id="no such file"),
        pytest.param(("{text}", "--classifier", "lawn"), (1, "is not a video"), id="a text"),
        pytest.param(("{empty}", "--classifier", "lawn"), (1, "picture"), id="an empty folder"),
        pytest.param(("{clip}",), (2, "--classifier"), id="no classifier named"),
    ],
)
def test_what_cannot_be_watched_is_told_in_a_sentence(arguments, told, given, person_clip, tmp_path):
    code, sentence = told
    (tmp_path / "text.mp4").write_text("hello")
    (tmp_path / "empty").mkdir()
    places = {"{clip}": person_clip, "{text}": tmp_path / "text.mp4", "{empty}": tmp_path / "empty"}
    result = run_vedette("watch", *[places.get(each, each) for each in arguments], given=given)
    assert sentence in result.stderr
    assert result.returncode == code
    assert TRACEBACK not in result.stderr
    assert result.stdout == ""


def test_ctrl_c_ends_it_with_130_and_without_a_word(given, person_clip):
    with start_vedette("watch", person_clip, "--classifier", "lawn", given=given) as process:
        assert json.loads(process.stdout.readline())["looked"]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (130, "")


def test_a_reader_that_goes_away_ends_it_without_a_word(given, person_clip):
    asked = f'"{COMMAND}" watch "{person_clip}" --classifier lawn --flat-out --explain | head -n 1'
    result = subprocess.run(
        ["bash", "-c", asked], capture_output=True, text=True, env=given, timeout=60, check=False
    )
    assert json.loads(result.stdout)["sequence"] == 0
    assert result.stderr == ""


def test_a_camera_that_gives_nothing_is_told_while_it_is_tried_again(given):
    asked = [str(COMMAND), "watch", "rtsp://127.0.0.1:1/x", "--classifier", "lawn"]
    watching = subprocess.Popen(
        asked, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=given
    )
    try:
        assert "127.0.0.1:1" in (line := watching.stderr.readline())
        assert "It is tried again" in line
    finally:
        watching.kill()
        watching.wait()
        watching.stderr.close()
