"""What a person types for a camera."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from vedette.errors import UsageError
from vedette.pixels.picture import SUFFIXES
from vedette.sources.http_mjpeg import MjpegSettings
from vedette.sources.nearest import missing
from vedette.sources.picture_folder import PictureFolderSettings
from vedette.sources.push import PushSettings
from vedette.sources.rtsp import RtspSettings
from vedette.sources.v4l2 import DEVICES, V4l2Settings
from vedette.sources.video_file import VideoFileSettings

Settings = (
    VideoFileSettings | PictureFolderSettings | RtspSettings | MjpegSettings | V4l2Settings | PushSettings
)

ALLOWED = "a video file, a folder of pictures, /dev/videoN, rtsp://, rtsps://, http:// or https://"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):|([A-Za-z0-9]{0,30}).*://", re.DOTALL)


def parse_source(text: str) -> Settings:
    """The settings of the camera that `text` names: a path, a device or an address.

    Raises:
        UsageError: a scheme that is not allowed, an address without sense, or a path that leads
            nowhere. The message holds no part of an address.
    """
    text = text.strip()
    try:
        return _parsed(text)
    except ValidationError as error:
        reasons = "; ".join(
            one["msg"].removeprefix("Value error, ") for one in error.errors(include_input=False)
        )
        raise UsageError(f"This camera cannot be used: {reasons}.", f"Give {ALLOWED}.") from None


def _parsed(text: str) -> Settings:
    """The cases, first match wins: RTSP, HTTP, a device, another scheme, a folder, a file."""
    lower = text.lower()
    if lower.startswith(("rtsp://", "rtsps://")):
        return RtspSettings.model_validate({"url": text})
    if lower.startswith(("http://", "https://")):
        return MjpegSettings.model_validate({"url": text})
    if re.match(DEVICES, text):
        return V4l2Settings(device=text)
    path = Path(text).expanduser()
    if text and path.is_dir():
        return PictureFolderSettings(path=path)
    if text and path.is_file():
        return _file(path)
    if scheme := _SCHEME.match(text):
        name = (scheme[1] or scheme[2]).lower()
        raise UsageError(f"The scheme {name}: is not allowed for a camera.", f"Give {ALLOWED}.")
    if not text:
        raise UsageError("No camera is given.", f"Give {ALLOWED}.")
    nowhere = missing(path)
    raise UsageError(nowhere.message, nowhere.remedy)


def _file(path: Path) -> Settings:
    if path.suffix.lower() in SUFFIXES:
        raise UsageError(f"{path} is one picture, not a camera.", "Give the folder of pictures.")
    return VideoFileSettings(path=path)
