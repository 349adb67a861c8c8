"""What a picture's first bytes say of its size, read before any pixel is decoded.

A decompression bomb is a small file that claims a huge picture: its size is known here, so that
it is refused without a byte allocated for it. Formats: JPEG (ITU-T T.81), PNG (RFC 2083),
WebP (RFC 9649), BMP.
"""

from __future__ import annotations

import struct

_JPEG_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})


def picture_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels as stored, or None for bytes that are no known picture."""
    for signature, read in _READERS.items():
        if data.startswith(signature):
            try:
                return read(data)
            except (struct.error, IndexError):
                return None
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position < len(data):
        if data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in _JPEG_BARE_MARKERS:
            position += 2
        elif marker in _JPEG_FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        else:
            position += 2 + int(struct.unpack_from(">H", data, position + 2)[0])
    return None


def _png_size(data: bytes) -> tuple[int, int] | None:
    width, height = struct.unpack_from(">II", data, 16)
    return (width, height) if data[12:16] == b"IHDR" else None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    chunk = data[12:16]
    if data[8:12] != b"WEBP":
        return None
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    return None


def _bmp_size(data: bytes) -> tuple[int, int] | None:
    width, height = struct.unpack_from("<ii", data, 18)
    return width, abs(height)


_READERS = {
    b"\xff\xd8": _jpeg_size,
    b"\x89PNG\r\n\x1a\n": _png_size,
    b"RIFF": _webp_size,
    b"BM": _bmp_size,
}
