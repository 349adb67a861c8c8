"""What a person reads when a command cannot do what it was asked: sentences, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from parts.sentry import Sentry
from parts.vedette_process import COMMAND, TRACEBACK, environment, run_vedette
from vedette import __version__

HEAVY = (
    "numpy",
    "cv2",
    "av",
    "fastapi",
    "sqlalchemy",
    "openvino",
    "onnxruntime",
    "ai_edge_litert",
    "uvicorn",
)


@pytest.fixture
def mess(tmp_path) -> Path:
    """A folder of things that are not what they seem."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "text.mp4").write_text("hello")
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "video.yaml").write_text("cameras: {a: {source: {kind: video, path: text.mp4}}}")
    (tmp_path / "list.yaml").write_text("- 1\n- 2\n")
    (tmp_path / "broken.yaml").write_text("cameras: {a: [}\n")
    (tmp_path / "recursive.yaml").write_text("cameras: &a {b: *a}\n")
    (tmp_path / "pictures" / "cat").mkdir(parents=True)
    (tmp_path / "pictures" / "dog").mkdir()
    (tmp_path / "pictures" / "cat" / "1.jpg").write_text("no picture")
    (tmp_path / "pictures" / "dog" / "1.jpg").write_text("no picture")
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param("", "Usage: vedette", id="nothing"),
        pytest.param("nonsense", "No such command 'nonsense'", id="no such command"),
        pytest.param("--nonsense", "No such option", id="no such option"),
        pytest.param("models nonsense", "No such command 'nonsense'", id="no such subcommand"),
        pytest.param("run folder", "folder cannot be read: Is a directory", id="run a folder"),
        pytest.param("run binary.yaml", "is not text in UTF-8", id="run a binary"),
        pytest.param("run nothere.yaml", "nothere.yaml does not exist", id="run what is not there"),
        pytest.param("run list.yaml", "list.yaml", id="run a list"),
        pytest.param("run broken.yaml", "broken.yaml", id="run broken YAML"),
        pytest.param("run recursive.yaml", "recursive.yaml", id="run YAML that contains itself"),
        pytest.param("watch text.mp4 --classifier x", "no classifier `x`", id="watch untaught"),
        pytest.param("teach x folder", "folder holds no class", id="teach an empty folder"),
        pytest.param("teach x nothere", "nothere: no such file or directory", id="teach nothing"),
        pytest.param("teach x text.jpg", "not a directory", id="teach a file"),
        pytest.param("teach ../x folder", "cannot name a classifier", id="teach a path"),
        pytest.param("teach x pictures", "picture", id="teach what is no picture"),
        pytest.param("teach x pictures --region 1,2", "--region 1,2", id="teach half a region"),
        pytest.param("teach x pictures --engine foo", "no engine is called 'foo'", id="teach by no engine"),
        pytest.param("teach x pictures --device foo", "cannot run on 'foo'", id="teach on no device"),
        pytest.param("teach x pictures --network foo", "The catalog has no 'foo'", id="teach by no network"),
        pytest.param("evaluate x folder", "folder holds no class", id="evaluate an empty folder"),
        pytest.param("demo --clip dog", "no demonstration is called 'dog'", id="demo of nothing"),
        pytest.param("models fetch nosuch", "The catalog has no 'nosuch'", id="fetch what nobody has"),
    ],
)
def test_what_cannot_be_done_is_told_in_sentences(words, said, mess, lite0_int8):
    result = subprocess.run(
        [str(COMMAND), *words.split()],
        capture_output=True,
        text=True,
        env=environment(),
        cwd=mess,
        timeout=60,
        check=False,
    )
    assert said in result.stdout + result.stderr
    assert result.returncode in {1, 2}
    assert TRACEBACK not in result.stdout + result.stderr
    assert "an error that should not happen" not in result.stderr


@pytest.mark.parametrize("home", ["/proc/nowhere", "/dev/null"])
def test_a_home_that_cannot_be_written_is_told(home, lite0_int8, person_clip):
    result = run_vedette("demo", "--once", given=environment(VEDETTE_HOME=home))
    assert result.returncode == 1
    assert home in result.stderr
    assert TRACEBACK not in result.stderr


@pytest.mark.parametrize("home", ["/proc/nowhere", "/dev/null"])
def test_an_appliance_that_can_record_nothing_says_so_and_watches_all_the_same(home, tmp_path):
    """A door must not stay without its sentry because a disk came up read-only."""
    (tmp_path / "empty.yaml").write_text("service: {port: 0, access: anyone}")
    with Sentry(tmp_path / "empty.yaml", VEDETTE_HOME=home) as sentry:
        answer = sentry.get("/readyz")
        assert answer.status_code == 503
        assert home in str(answer.json()["reasons"])
        assert home in sentry.text
        assert sentry.ends(signal.SIGTERM, 5) == 0
    assert TRACEBACK not in sentry.text


def test_a_file_that_may_not_be_read_is_told(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = tmp_path / "house.yaml"
    path.write_text("")
    path.chmod(0)
    result = run_vedette("check", path)
    assert (result.returncode, "Permission denied" in result.stderr) == (2, True)


@pytest.mark.parametrize("words", ["--help", "models list", "doctor"])
def test_a_reader_that_goes_away_is_no_error(words):
    command = f'"{COMMAND}" {words} | true'
    result = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment(), timeout=60, check=False
    )
    assert result.stderr == ""


def test_a_name_that_is_no_text_and_a_terminal_without_letters_are_borne(tmp_path):
    name = os.fsdecode(b"\xff\xfe.jpg")
    result = run_vedette("evaluate", "x", tmp_path / name, given=environment(PYTHONIOENCODING="ascii"))
    assert result.returncode == 2
    assert "\\udcff\\udcfe.jpg: no such file" in result.stderr
    table = run_vedette("models", "list", given=environment(PYTHONIOENCODING="ascii"))
    assert (table.returncode, table.stderr) == (0, "")


def test_a_full_disk_is_told():
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [str(COMMAND), "--version"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (result.returncode, "No space left on device" in result.stderr) == (1, True)


def test_the_version_is_the_packages():
    assert run_vedette("--version").stdout == f"vedette {__version__}\n"


def test_help_costs_no_heavy_import():
    code = f"import sys, vedette.cli.main; print([name for name in {HEAVY} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_as_a_module_it_is_the_same_command():
    result = subprocess.run(
        [sys.executable, "-m", "vedette", "--version"], capture_output=True, text=True, check=True
    )
    assert result.stdout == f"vedette {__version__}\n"
