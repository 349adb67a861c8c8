"""Pictures from bytes and to bytes, with limits that hold before anything is decoded."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from vedette.errors import PictureError
from vedette.pixels.header import picture_size
from vedette.values.frame import UInt8Array

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
"""File names that may be pictures, in lower case."""

MAXIMUM_BYTES = 16 * 2**20
MAXIMUM_PIXELS = 50_000_000
"""A 50 megapixel camera's picture; 150 MB as RGB."""

_REDUCED = {
    8: cv2.IMREAD_REDUCED_COLOR_8,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    1: cv2.IMREAD_COLOR,
}
_END_OF_JPEG = b"\xff\xd9"


def read_picture(path: Path, at_least: tuple[int, int] | None = None) -> UInt8Array:
    """`decode_picture` of a file; its errors name the file."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAXIMUM_BYTES else b""
    except OSError as error:
        raise PictureError(f"{path}: {error.strerror or error}.") from error
    if size > MAXIMUM_BYTES:
        raise PictureError(_too_large(str(path), size), _SHRINK)
    return decode_picture(data, at_least, name=str(path))


def decode_picture(
    data: bytes, at_least: tuple[int, int] | None = None, *, name: str = "picture"
) -> UInt8Array:
    """RGB `uint8 [height, width, 3]` of a JPEG, PNG, WebP or BMP, turned upright by its EXIF tag.

    With `at_least` (width, height), it may come at 1/2, 1/4 or 1/8 of its size (JPEG's own
    scaled decoding), as long as it stays that large.

    Raises:
        PictureError: no picture, a truncated one, or one over `MAXIMUM_BYTES` or `MAXIMUM_PIXELS`.
    """
    _refuse_unsafe(data, name)
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED[_reduction(data, at_least)])
    if pixels is None or pixels.size == 0:
        raise PictureError(f"{name}: the picture is damaged and cannot be decoded.", "Send it again.")
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)  # type: ignore[return-value]


def encode_jpeg(rgb: UInt8Array, quality: int = 85) -> bytes:
    """JPEG of `uint8 [height, width, 3]`; `quality` 1..100."""
    ok, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    if not ok:
        raise PictureError(f"a picture of shape {rgb.shape} cannot be written as JPEG.")
    return encoded.tobytes()


_SHRINK = "Make it smaller and send it again."


def _too_large(name: str, size: int) -> str:
    return f"{name}: {size / 2**20:.1f} MB is over the limit of {MAXIMUM_BYTES // 2**20} MB."


def _refuse_unsafe(data: bytes, name: str) -> None:
    if len(data) > MAXIMUM_BYTES:
        raise PictureError(_too_large(name, len(data)), _SHRINK)
    if not data:
        raise PictureError(f"{name}: there are no bytes.", "Send a JPEG, PNG, WebP or BMP picture.")
    size = picture_size(data)
    if size is None or min(size) < 1:
        raise PictureError(f"{name}: not a picture.", "Send a JPEG, PNG, WebP or BMP picture.")
    if size[0] * size[1] > MAXIMUM_PIXELS:
        raise PictureError(
            f"{name}: {size[0]} x {size[1]} pixels is over the limit of "
            f"{MAXIMUM_PIXELS // 1_000_000} million.",
            _SHRINK,
        )
    if data.startswith(b"\xff\xd8") and _END_OF_JPEG not in data[-65536:]:
        raise PictureError(f"{name}: the JPEG ends in the middle.", "Send it again, whole.")


def _reduction(data: bytes, at_least: tuple[int, int] | None) -> int:
    size = picture_size(data)
    if at_least is None or size is None:
        return 1
    # EXIF may turn the picture by a quarter: the shorter side has to do for the longer wish.
    room = min(size) / max(at_least) if size[0] != size[1] else size[0] / max(at_least)
    return next((factor for factor in (8, 4, 2) if room >= factor), 1)
