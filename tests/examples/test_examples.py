"""The examples as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from vedette.config.loading import load_config

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_in_order_and_has_a_guide(path):
    assert len(path.read_text().splitlines()) <= 40
    environment = {
        "FLAP_CAMERA": "rtsp://camera/",
        "STREET_CAMERA": "rtsp://camera/",
        "PHONE": "ntfys://a-topic",
    }
    assert load_config(path, environment).cameras
    guide = path.with_name("README.md").read_text()
    assert f"vedette run {path.name}" in guide


def test_there_are_examples():
    assert {path.stem for path in EXAMPLES} >= {"cat-door", "parking"}
