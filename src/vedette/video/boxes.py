"""Fragmented MP4, box by box (ISO/IEC 14496-12): one video track, one picture a fragment.

Written here and not by FFmpeg, whose muxer gives a fragment away only when the next one begins: at 15
pictures a second each would be shown 67 ms later.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vedette.video.parameter_sets import Configuration
from vedette.video.stamps import TICKS_PER_SECOND

_TRACK = 1
_KEY_PICTURE, _OTHER_PICTURE = 0x0200_0000, 0x0101_0000
_ONE = 0x0001_0000
_RUN_FLAGS = 0x0F01
"""A track run (8.8.8) with an offset, and of each picture duration, size, flags and composition offset."""
_FRAGMENT = struct.Struct(">I4s I4sII I4s I4sII I4sIQ I4sIIi IIIi I4s")


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture: its units with their lengths before them, times in ticks of 1/90000 s."""

    data: bytes
    decoded_at: int
    shown_at: int
    duration: int
    is_keyframe: bool


def initialisation(configuration: Configuration, width: int, height: int, rotation: int = 0) -> bytes:
    """What a player wants before the first fragment. It turns the picture by `rotation` degrees clockwise."""
    header = struct.pack(">IIIII8x8x", 0, 0, _TRACK, 0, 0) + _matrix(width, height, rotation)
    track = _full(b"tkhd", 3, header + struct.pack(">II", width << 16, height << 16))
    movie = struct.pack(">IIIIIH10x", 0, 0, TICKS_PER_SECOND, 0, _ONE, 0x0100) + _matrix(width, height, 0)
    return _box(b"ftyp", b"iso5\x00\x00\x02\x00iso5iso6mp41") + _box(
        b"moov",
        _full(b"mvhd", 0, movie + struct.pack(">24xI", _TRACK + 1)),
        _box(b"trak", track, _media(configuration, width, height)),
        _box(b"mvex", _full(b"trex", 0, struct.pack(">IIIII", _TRACK, 1, 0, 0, 0))),
    )


def fragment(number: int, sample: Sample) -> bytes:
    """The picture as a fragment; `number` counts fragments, from 1."""
    size = _FRAGMENT.size
    head = _FRAGMENT.pack(
        *(size - 8, b"moof"),
        *(16, b"mfhd", 0, number),
        *(size - 32, b"traf"),
        *(16, b"tfhd", 0x0002_0000, _TRACK),
        *(20, b"tfdt", 1 << 24, sample.decoded_at),
        *(36, b"trun", 1 << 24 | _RUN_FLAGS, 1, size),
        *(sample.duration, len(sample.data), _KEY_PICTURE if sample.is_keyframe else _OTHER_PICTURE),
        sample.shown_at - sample.decoded_at,
        *(8 + len(sample.data), b"mdat"),
    )
    return head + sample.data


def _media(configuration: Configuration, width: int, height: int) -> bytes:
    tables = _box(
        b"stbl",
        _full(b"stsd", 0, struct.pack(">I", 1) + _sample_entry(configuration, width, height)),
        *(_full(name, 0, bytes(4)) for name in (b"stts", b"stsc", b"stco")),
        _full(b"stsz", 0, bytes(8)),
    )
    here = _full(b"dref", 0, struct.pack(">I", 1) + _full(b"url ", 1, b""))
    return _box(
        b"mdia",
        _full(b"mdhd", 0, struct.pack(">IIIIHH", 0, 0, TICKS_PER_SECOND, 0, 0x55C4, 0)),
        _full(b"hdlr", 0, bytes(4) + b"vide" + bytes(12) + b"camera\x00"),
        _box(b"minf", _full(b"vmhd", 1, bytes(8)), _box(b"dinf", here), tables),
    )


def _sample_entry(configuration: Configuration, width: int, height: int) -> bytes:
    """A visual sample entry (12.1.3): 72 dots an inch, 24 bits, one picture a sample."""
    picture = struct.pack(">HHIIIH32xHh", width, height, 72 << 16, 72 << 16, 0, 1, 24, -1)
    head = bytes(6) + struct.pack(">H16x", 1)
    return _box(configuration.sample_entry, head, picture, _box(configuration.box, configuration.record))


def _matrix(width: int, height: int, rotation: int) -> bytes:
    """The transformation to what is shown (6.2.2), by columns; it is moved back to the corner."""
    a, b, c, d, x, y = {
        0: (1, 0, 0, 1, 0, 0),
        90: (0, 1, -1, 0, height, 0),
        180: (-1, 0, 0, -1, width, height),
        270: (0, -1, 1, 0, 0, width),
    }[rotation]
    rows = (a * _ONE, b * _ONE, 0, c * _ONE, d * _ONE, 0, x * _ONE, y * _ONE, 0x4000_0000)
    return struct.pack(">9i", *rows)


def _box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), name) + body


def _full(name: bytes, flags: int, body: bytes) -> bytes:
    return _box(name, struct.pack(">I", flags), body)
