from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parts.written_configuration import ENVIRONMENT, HOUSE, PASSWORD, written
from vedette.config.editing import edit
from vedette.config.loading import load_config
from vedette.errors import ConfigurationError


def edited(folder: Path, text: str, changes: dict[str, object]) -> str:
    path = written(folder, text)
    config = edit(path, changes, ENVIRONMENT)
    assert config == load_config(path, ENVIRONMENT)
    return path.read_bytes().decode()


def test_one_value_changes_and_every_other_byte_stays(tmp_path):
    after = edited(tmp_path, HOUSE, {"cameras.door.gate.minimum_area": 0.002})
    assert after == HOUSE.replace("minimum_area: 0.001", "minimum_area: 0.002")


@pytest.mark.parametrize(
    ("dotted", "value", "old", "new"),
    [
        ("cameras.door.rules.1.name", "all is quiet", '"nobody there"   #', '"all is quiet"   #'),
        ("cameras.door.rules.1.label", "cat", "label: 'cat'", "label: cat"),
        ("cameras.door.rules.0.actions", ["log"], "[log, phone]", "[log]"),
        ("cameras.door.rules.0.actions.1", "log", "[log, phone]", "[log, log]"),
        (
            "cameras.door.gate.masks",
            [[[0, 0], [1, 0], [1, 0.5]]],
            "[[[0,0],[0.3,0],[0.3,0.4]]]",
            "[[[0, 0], [1, 0], [1, 0.5]]]",
        ),
        ("cameras.door.source.url", "rtsp://h/", "!env DOOR_URL", '"rtsp://h/"'),
        ("cameras.door.source.rotation", 90, "_second: 10}", "_second: 10, rotation: 90}"),
        (
            "cameras.door.rules.1.half_life_seconds",
            7.5,
            "label: 'cat'\n",
            "label: 'cat'\n        half_life_seconds: 7.5\n",
        ),
        (
            "cameras.shed.source.kind",
            "push",
            "label: 'cat'\n",
            "label: 'cat'\n  shed: {source: {kind: push}}\n",
        ),
        ("actions.more.kind", "log", "PHONE_HOOK}\n", "PHONE_HOOK}\n  more: {kind: log}\n"),
        ("cameras.door.attention.look_every_seconds", None, "1.0}", "1.0, look_every_seconds: null}"),
    ],
)
def test_values_are_replaced_or_added_where_they_belong(tmp_path, dotted, value, old, new):
    assert HOUSE.count(old) == 1
    assert edited(tmp_path, HOUSE, {dotted: value}) == HOUSE.replace(old, new)


@pytest.mark.parametrize(
    ("before", "dotted", "value", "after"),
    [
        ("", "service.port", 80, "service: {port: 80}\n"),
        ("# mine", "service.port", 80, "# mine\nservice: {port: 80}\n"),
        ("service:", "service.port", 80, "service: {port: 80}"),
        ("service: # mine\n", "service.port", 80, "service: {port: 80} # mine\n"),
        ("service: {}\n", "service.port", 80, "service: {port: 80}\n"),
        ("service: { port: 1, }\n", "service.host", "::1", 'service: { port: 1, host: "::1", }\n'),
        ("service:\n  port: 1 # a\n\n# b\n", "service.port", 80, "service:\n  port: 80 # a\n\n# b\n"),
        (
            "service:\n    port: 1 # a\n    # b\n\n# c\n",
            "service.host",
            "localhost",
            "service:\n    port: 1 # a\n    host: localhost\n    # b\n\n# c\n",
        ),
        ("service:\r\n  port: 1\r\n", "service.host", "::1", 'service:\r\n  port: 1\r\n  host: "::1"\r\n'),
        ("service:\n  port: 1", "service.host", "::1", 'service:\n  port: 1\n  host: "::1"'),
        ("service:\n  port: 1\n# end\n", "service", {"port": 2}, "service:\n  {port: 2}\n# end\n"),
        ("service:\n  port: # a\n# end\n", "service.port", 1, "service:\n  port: 1 # a\n# end\n"),
        (
            "service:\n  port: # a\n# end\n",
            "service.host",
            "::1",
            'service:\n  port: # a\n  host: "::1"\n# end\n',
        ),
        (
            "---\nactions:\n  log: {kind: log}\n...\n",
            "service.port",
            80,
            "---\nactions:\n  log: {kind: log}\nservice: {port: 80}\n...\n",
        ),
        (
            "storage:\n  folder: |-\n    data\n\n# end\n",
            "service.port",
            80,
            "storage:\n  folder: |-\n    data\nservice: {port: 80}\n\n# end\n",
        ),
    ],
)
def test_files_of_every_habit_are_edited_in_that_habit(tmp_path, before, dotted, value, after):
    assert edited(tmp_path, before, {dotted: value}) == after


def test_all_changes_are_made_or_none(tmp_path):
    path = written(tmp_path, HOUSE)
    with pytest.raises(
        ConfigurationError, match=r"cameras\.door\.gate\.minimum_area: must be greater than 0"
    ):
        edit(path, {"service.port": 80, "cameras.door.gate.minimum_area": 0}, ENVIRONMENT)
    assert path.read_text() == HOUSE
    edit(path, {"service.port": 80, "inference.threads": 1}, ENVIRONMENT)
    assert path.read_text() == HOUSE.replace("port: 8731", "port: 80").replace("threads: 2", "threads: 1")


@pytest.mark.parametrize(
    ("dotted", "value", "expected"),
    [
        ("service.prot", 80, "service.prot: unknown key; the nearest known one is port."),
        ("service.port.number", 80, "cannot be set without touching something else"),
        ("cameras.door.rules.7.label", "x", "cannot be set without touching something else"),
        ("cameras.door.rules.first", "x", "cannot be set without touching something else"),
        ("cameras.door.rules.0.actions.0", "lag", "no action is called lag"),
        ("", 80, "unknown key"),
        ("service.port", float("nan"), "this value cannot be written"),
        ("service.classifier", Path("x"), "this value cannot be written"),
        ("cameras.door.rules.0.label", "\ud800", "this value cannot be written"),
    ],
)
def test_a_change_that_cannot_be_leaves_the_file_as_it_was(tmp_path, dotted, value, expected):
    path = written(tmp_path, HOUSE)
    with pytest.raises(ConfigurationError) as caught:
        edit(path, {dotted: value}, ENVIRONMENT)
    assert expected in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert path.read_text() == HOUSE


SHARED = """
cameras:
  one: {source: {kind: push}, gate: &careful {kind: background, minimum_area: 0.01}}
  two: {source: {kind: push}, gate: *careful}
"""


@pytest.mark.parametrize("dotted", ["cameras.two.gate.minimum_area", "cameras.one.gate"])
def test_what_is_shared_by_an_alias_is_not_changed_behind_one_s_back(tmp_path, dotted):
    path = written(tmp_path, SHARED)
    with pytest.raises(ConfigurationError, match="cannot be set without touching something else"):
        edit(path, {dotted: 0.02}, {})
    assert path.read_text() == SHARED


def test_a_file_keeps_its_permissions_and_a_link_stays_a_link(tmp_path):
    path = written(tmp_path, HOUSE)
    path.chmod(0o600)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    edit(link, {"service.port": 80}, ENVIRONMENT)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "port: 80" in path.read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["house.yaml", "link.yaml"]


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    path = written(tmp_path, HOUSE)
    (tmp_path / ".part-house.yaml").mkdir()
    with pytest.raises(ConfigurationError, match=r"house\.yaml cannot be written"):
        edit(path, {"service.port": 80}, ENVIRONMENT)
    assert path.read_text() == HOUSE


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(label=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_any_text_is_written_so_that_it_is_read_again(tmp_path, label):
    path = written(tmp_path, HOUSE)
    config = edit(path, {"cameras.door.rules.1.label": label}, ENVIRONMENT)
    assert config.cameras["door"].rules[1].label == label
    before, after = HOUSE.split("'cat'")
    text = path.read_bytes().decode()
    assert text.startswith(before)
    assert text.endswith(after)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(area=st.floats(1e-9, 1.0), threads=st.none() | st.integers(1, 256))
def test_any_number_is_written_so_that_it_is_read_again(tmp_path, area, threads):
    changes = {"cameras.door.gate.minimum_area": area, "inference.threads": threads}
    config = edit(written(tmp_path, HOUSE), changes, ENVIRONMENT)
    assert config.cameras["door"].gate.minimum_area == area
    assert config.inference.threads == threads
