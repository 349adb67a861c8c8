"""A camera at this machine (USB, CSI), by Video4Linux2."""

from __future__ import annotations

import grp
import os
import random as random_numbers
import select
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, Self

import av
from av.container import InputContainer
from av.error import FFmpegError
from pydantic import Field, model_validator

from vedette.errors import SourceError
from vedette.sources.clock import Clock
from vedette.sources.container import decoded, video_stream
from vedette.sources.live import LiveSettings, LiveSource, Shot, decoded_shot

DEVICES = r"^/dev/(video[0-9]{1,3}|v4l/by-(id|path)/[A-Za-z0-9._:+-]{1,200})$"


class V4l2Settings(LiveSettings):
    """A camera at this machine."""

    kind: Literal["v4l2"] = Field(default="v4l2", description="A camera at this machine (USB, CSI).")
    device: str = Field(
        default="/dev/video0", pattern=DEVICES, description="/dev/video0, or a name below /dev/v4l/."
    )
    width: int | None = Field(
        default=None, ge=16, le=16384, description="Width to ask the camera for, in pixels."
    )
    height: int | None = Field(
        default=None, ge=16, le=16384, description="Height to ask the camera for, in pixels."
    )
    capture_frames_per_second: int | None = Field(
        default=None, ge=1, le=1000, description="Rate to ask the camera for; its own if left out."
    )
    input_format: Literal["mjpeg", "h264", "yuyv422", "nv12", "yuv420p", "gray"] | None = Field(
        default=None, description="Format to ask the camera for; mjpeg lets USB 2 carry large pictures."
    )

    @model_validator(mode="after")
    def _size_is_whole(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("width and height belong together: give both or neither")
        return self


class V4l2Source(LiveSource):
    """Frames of one local camera, for ever: it may be unplugged and come back."""

    def __init__(
        self,
        name: str,
        settings: V4l2Settings,
        clock: Clock | None = None,
        random: Callable[[], float] = random_numbers.random,
    ) -> None:
        super().__init__(name, settings, self._open, clock, random)
        self._settings = settings

    def _open(self) -> V4l2Feed:
        settings = self._settings
        device = Path(settings.device)
        if not device.exists():
            raise device_missing(device)
        try:
            container = av.open(settings.device, format="v4l2", options=_options(settings))
        except (FFmpegError, OSError) as error:
            raise device_error(error, device) from None
        return V4l2Feed(container, settings, self._book.spoilt)


class V4l2Feed:
    """One opened device."""

    def __init__(
        self, container: InputContainer, settings: V4l2Settings, on_corrupt: Callable[[], None]
    ) -> None:
        self._container = container
        self._settings = settings
        self._on_corrupt = on_corrupt

    def shots(self) -> Iterator[Shot | None]:
        """See `Feed`."""
        device = Path(self._settings.device)
        descriptor = descriptor_of(device)
        stream = video_stream(self._container, fast_decode=False)
        if stream is None:
            raise SourceError(
                f"{device} is not a camera that gives pictures.", "Try another /dev/video number."
            )
        pictures = decoded(self._container, stream, self._on_corrupt)
        try:
            while True:
                wait_readable(descriptor, self._settings.read_timeout_seconds, device)
                picture = next(pictures, self)
                if isinstance(picture, V4l2Feed):
                    return
                yield None if picture is None else decoded_shot(picture)
        except (FFmpegError, OSError) as error:
            raise device_error(error, device) from None

    def close(self) -> None:
        """See `Feed`."""
        self._container.close()


def _options(settings: V4l2Settings) -> dict[str, str]:
    asked = {
        "video_size": f"{settings.width}x{settings.height}" if settings.width else None,
        "framerate": settings.capture_frames_per_second,
        "input_format": settings.input_format,
    }
    return {name: str(value) for name, value in asked.items() if value is not None}


def device_missing(device: Path) -> SourceError:
    """The error for a device that is not there; it names those that are."""
    present = sorted(str(path) for path in device.parent.glob("video*")) if device.parent.is_dir() else []
    cameras = f"Present: {', '.join(present)}." if present else "No camera is connected to this machine."
    return SourceError(f"{device} does not exist.", cameras)


def device_error(error: OSError | FFmpegError, device: Path) -> SourceError:
    """What the kernel's refusal means, and what to do."""
    if isinstance(error, PermissionError):
        return SourceError(f"{device} may not be opened by this user.", _join_group(device))
    if isinstance(error, BlockingIOError) or error.errno == 16:
        return SourceError(f"{device} is in use by another program.", "End that program.")
    if error.errno == 19:
        return SourceError(f"{device} is gone.", "Is it unplugged?")
    if error.errno in (22, 25):
        return SourceError(f"{device} does not offer this size, rate or format.", "Leave them out.")
    return SourceError(f"{device} cannot be read: {os.strerror(error.errno or 5)}.", "Unplug it, plug it in.")


def _join_group(device: Path) -> str:
    try:
        group = grp.getgrgid(device.stat().st_gid).gr_name
    except (OSError, KeyError):
        group = "video"
    return f"Join the group {group} (sudo usermod -aG {group} $USER) and log in again."


def descriptor_of(device: Path) -> int | None:
    """This process's descriptor of the device, which FFmpeg opened and does not tell; None if unknown."""
    real = device.resolve()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if entry.readlink() == real:
                return int(entry.name)
        except OSError:
            continue
    return None


def wait_readable(descriptor: int | None, seconds: float, device: Path) -> None:
    """Wait for a picture before FFmpeg asks for it: its own wait in the driver has no time-out.

    Raises:
        SourceError: none came for so long.
    """
    if descriptor is not None and not select.select([descriptor], [], [], seconds)[0]:
        raise SourceError(f"{device} has given no picture for {seconds:g} s.", "Unplug it and plug it in.")
