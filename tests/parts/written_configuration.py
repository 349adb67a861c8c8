"""Configurations as a person writes them, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from vedette.config.loading import load_config
from vedette.config.problems import InvalidConfigurationError

HOUSE = """\
# My house.
storage: {folder: ./vedette-data}
inference: {threads: 2}
service: {host: 127.0.0.1, port: 8731, classifier: cat-door}
cameras:
  door:   # over the flap
    source: {kind: rtsp, url: !env DOOR_URL, frames_per_second: 10}
    gate: {kind: background, minimum_area: 0.001, masks: [[[0,0],[0.3,0],[0.3,0.4]]]}
    attention: {linger_seconds: 1.0}
    classifiers: [cat-door]
    rules:
      - {kind: presence, name: prey, classifier: cat-door, label: prey, actions: [log, phone]}
      - kind: absence
        name: "nobody there"   # for the light
        classifier: cat-door
        label: 'cat'
actions:
  log: {kind: log}
  phone: {kind: webhook, url: !env PHONE_HOOK}
"""
PASSWORD = "hunter2xyz"
ENVIRONMENT = {
    "DOOR_URL": f"rtsp://cat:{PASSWORD}@192.168.1.20/stream1",
    "PHONE_HOOK": f"https://home.example/hook/{PASSWORD}",
}


def written(folder: Path, text: str) -> Path:
    """A configuration file with that text."""
    path = folder / "house.yaml"
    path.write_bytes(text.encode())
    return path


def complaints(path: Path, environment: dict[str, str] | None = None) -> list[str]:
    """What is said of a wrong configuration: line, dotted path and sentence of each problem."""
    with pytest.raises(InvalidConfigurationError) as caught:
        load_config(path, ENVIRONMENT if environment is None else environment)
    return [f"{each.line} {each.dotted}: {each.sentence}" for each in caught.value.problems]
