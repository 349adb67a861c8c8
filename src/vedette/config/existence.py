"""Whether the files and programs that a configuration names are there, now and for this user."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from vedette.actions.command import CommandSettings
from vedette.actions.mqtt import MqttSettings
from vedette.config.agreement import Disagreement
from vedette.config.schema import Config
from vedette.sources.picture_folder import PictureFolderSettings
from vedette.sources.video_file import VideoFileSettings


def absent(config: Config) -> Iterator[Disagreement]:
    """Every file, folder and program that is not there. A camera that is not plugged in may be soon."""
    for name, camera in config.cameras.items():
        place = ("cameras", name, "source", "path")
        if isinstance(camera.source, VideoFileSettings) and not camera.source.path.is_file():
            yield place, _sentence(camera.source.path, "file")
        if isinstance(camera.source, PictureFolderSettings) and not camera.source.path.is_dir():
            yield place, _sentence(camera.source.path, "folder")
    if config.service.tls is not None:
        for key in ("certificate", "key"):
            path = getattr(config.service.tls, key)
            if not path.is_file():
                yield ("service", "tls", key), _sentence(path, "file")
    yield from _of_actions(config)


def _of_actions(config: Config) -> Iterator[Disagreement]:
    for name, action in config.actions.items():
        if isinstance(action, MqttSettings) and action.ca_file and not action.ca_file.is_file():
            yield ("actions", name, "ca_file"), _sentence(action.ca_file, "file")
        if isinstance(action, CommandSettings) and shutil.which(action.arguments[0]) is None:
            yield (
                ("actions", name, "arguments", 0),
                f"there is no program {action.arguments[0]} that may be run",
            )


def _sentence(path: Path, what: str) -> str:
    return f"{path} is not a {what}" if path.exists() else f"{path} does not exist"
