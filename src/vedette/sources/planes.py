"""A decoded frame's planes, as views that are made when somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from vedette.pixels.planes import YuvPlanes
from vedette.values.frame import Planes, UInt8Array
from vedette.values.geometry import Box

_FULL_RANGE = 2
"""AVCOL_RANGE_JPEG."""
_UNSPECIFIED = 2
"""AVCOL_SPC_UNSPECIFIED."""
_BT709 = 1
"""AVCOL_SPC_BT709."""
_HD_HEIGHT = 720
"""From this height on, a stream that does not say is taken for BT.709, below for BT.601."""


class DecodedPlanes:
    """Views on a decoder's frame, which stays alive as long as they do. Nothing is copied."""

    __slots__ = ("_frame", "_luma")

    def __init__(self, frame: VideoFrame) -> None:
        self._frame = frame
        self._luma: UInt8Array | None = None

    @property
    def luma(self) -> UInt8Array:
        """See `vedette.values.frame.Planes`."""
        if self._luma is None:
            self._luma = _LAYOUTS[self._frame.format.name].luma(self._frame)
        return self._luma

    def yuv(self) -> YuvPlanes:
        """All three planes, with the range and the matrix that the stream states."""
        frame, name = self._frame, self._frame.format.name
        u, v = _LAYOUTS[name].chroma(frame)
        is_full_range = name.startswith(("yuvj", "gray")) or frame.color_range == _FULL_RANGE
        colorspace = frame.colorspace
        is_bt709 = colorspace == _BT709 or (colorspace == _UNSPECIFIED and frame.height >= _HD_HEIGHT)
        return YuvPlanes(self.luma, u, v, is_full_range, is_bt709)

    def rgb(self, size: tuple[int, int] | None, crop: Box) -> UInt8Array:
        """See `vedette.values.frame.Planes`."""
        return self.yuv().rgb(size, crop)


def planes_of(frame: VideoFrame) -> Planes:
    """The frame's planes; formats that cannot be viewed are converted to planar YUV by swscale."""
    if frame.format.name not in _LAYOUTS:
        frame = _converted(frame)
    return DecodedPlanes(frame)


def _converted(frame: VideoFrame) -> VideoFrame:
    if frame.format.is_rgb or frame.format.name == "pal8":
        return frame.reformat(
            format="yuv444p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.JPEG
        )
    return frame.reformat(format="yuv420p")


def _lines(frame: VideoFrame, index: int) -> UInt8Array:
    """`uint8 [height, bytes of a line]`; a negative line size means that the lines run upwards."""
    plane = frame.planes[index]
    lines = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)
    return lines if plane.line_size > 0 else lines[::-1]


def _first(frame: VideoFrame) -> UInt8Array:
    return _lines(frame, 0)[:, : frame.width]


def _planar_chroma(frame: VideoFrame) -> _Chroma:
    u, v = frame.planes[1:3]
    return _lines(frame, 1)[:, : u.width], _lines(frame, 2)[:, : v.width]


def _paired_chroma(first: int) -> Callable[[VideoFrame], _Chroma]:
    """U and V alternate in one plane; U is at byte `first`."""

    def chroma(frame: VideoFrame) -> _Chroma:
        pairs = _lines(frame, 1)[:, : 2 * frame.planes[1].width]
        return pairs[:, first::2], pairs[:, 1 - first :: 2]

    return chroma


def _packed(luma: int, u: int) -> _Layout:
    """Two pixels in four bytes; the first luma is at byte `luma`, U at `u`, V two bytes from it."""

    def chroma(frame: VideoFrame) -> _Chroma:
        line = _lines(frame, 0)[:, : (frame.width + 1) // 2 * 4]
        return line[:, u::4], line[:, (u + 2) % 4 :: 4]

    return _Layout(lambda frame: _lines(frame, 0)[:, luma : luma + 2 * frame.width : 2], chroma)


def _no_chroma(frame: VideoFrame) -> _Chroma:  # noqa: ARG001 - a layout's signature
    return _NEUTRAL, _NEUTRAL


_Chroma = tuple[UInt8Array, UInt8Array]
_NEUTRAL = np.full((1, 1), 128, np.uint8)


class _Layout(NamedTuple):
    """How to view a pixel format's luma, and its U and V."""

    luma: Callable[[VideoFrame], UInt8Array]
    chroma: Callable[[VideoFrame], _Chroma]


_PLANAR = ("420p", "422p", "444p", "440p")
_LAYOUTS = {
    **{f"{family}{kind}": _Layout(_first, _planar_chroma) for family in ("yuv", "yuvj") for kind in _PLANAR},
    "nv12": _Layout(_first, _paired_chroma(0)),
    "nv21": _Layout(_first, _paired_chroma(1)),
    "nv16": _Layout(_first, _paired_chroma(0)),
    "yuyv422": _packed(luma=0, u=1),
    "yvyu422": _packed(luma=0, u=3),
    "uyvy422": _packed(luma=1, u=0),
    "gray": _Layout(_first, _no_chroma),
}
