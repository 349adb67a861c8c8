from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from vedette.catalog.library import Library
from vedette.cli.models import app
from vedette.errors import CatalogError, UsageError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "files"
    folder.mkdir(parents=True)
    return folder


def run(*words):
    return CliRunner().invoke(app, words, env={"COLUMNS": "160"}, catch_exceptions=False)


def states(result):
    return {row["name"]: row["state"] for row in json.loads(result.stdout)}


def test_list_shows_every_network_and_clip_with_licence_and_state(cache):
    table = run("list").stdout
    for name in Library.default().names:
        (line,) = [line for line in table.splitlines() if line.startswith(f"{name} ")]
        assert "not fetched" in line or "in the package" in line
    assert "Apache-2.0" in table


def test_list_as_json_says_where_a_file_is(cache, person_clip):
    (cache / "person.mp4").symlink_to(person_clip)
    result = run("list", "--json")
    assert states(result)["person"] == "in the cache"
    assert states(result)["finch"] == "not fetched"
    (row,) = [row for row in json.loads(result.stdout) if row["name"] == "person"]
    assert (row["path"], row["licence"], row["kind"]) == (str(cache / "person.mp4"), "BSD-3-Clause", "clip")


def test_verify_refuses_a_file_with_other_bytes(cache, person_clip):
    changed = bytearray(person_clip.read_bytes())
    changed[1000] ^= 1
    (cache / "person.mp4").write_bytes(changed)
    with pytest.raises(CatalogError) as failure:
        run("verify")
    assert str(cache / "person.mp4") in failure.value.message


def test_verify_says_that_all_is_well(cache, person_clip):
    (cache / "person.mp4").symlink_to(person_clip)
    result = run("verify", "person", "--json")
    assert (result.exit_code, states(result)) == (0, {"person": "in the cache"})


def test_fetch_says_where_the_file_is(cache, person_clip):
    (cache / "person.mp4").symlink_to(person_clip)
    assert run("fetch", "person").stdout == f"person\t{cache / 'person.mp4'}\n"


def test_fetch_into_a_folder_copies_what_is_here(tmp_path, person_clip):
    assert run("fetch", "person", "--into", str(tmp_path / "weights")).exit_code == 0
    assert [entry.name for entry in (tmp_path / "weights").iterdir()] == ["person.mp4"]
    assert (tmp_path / "weights" / "person.mp4").read_bytes() == person_clip.read_bytes()


@pytest.mark.parametrize("words", [("fetch",), ("fetch", "person", "--all")], ids=["nothing", "both"])
def test_fetch_wants_names_or_all(cache, words):
    with pytest.raises(UsageError, match="--all"):
        run(*words)


def test_one_name_that_fails_does_not_keep_the_others(cache, person_clip):
    (cache / "person.mp4").symlink_to(person_clip)
    result = CliRunner().invoke(app, ["fetch", "absent", "person"])
    assert isinstance(result.exception, CatalogError)
    assert "no 'absent'" in str(result.exception)
    assert result.stdout == f"person\t{cache / 'person.mp4'}\n"


def test_several_names_that_fail_are_all_said(cache):
    result = CliRunner().invoke(app, ["fetch", "absent", "missing"])
    assert isinstance(result.exception, CatalogError)
    assert "no 'absent'" in str(result.exception)
    assert "no 'missing'" in str(result.exception)
