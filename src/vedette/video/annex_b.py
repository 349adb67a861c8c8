"""H.264 and HEVC as RTP cameras send them (ITU-T H.264 and H.265, Annex B), out of what files hold.

MP4 and Matroska put a length before each unit, and the parameter sets into a configuration record
(ISO/IEC 14496-15). The muxer takes both, but it is told of parameter sets by the packets only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vedette.values.packet import StreamFormat

_START = b"\x00\x00\x00\x01"
_SHORT_START = _START[1:]


def annex_b(stream_format: StreamFormat) -> tuple[Callable[[bytes], bytes], bytes]:
    """How to turn a packet's data into what the muxer takes, and what goes before the first packet.

    Codecs that have no parameter sets are left as they are. Data that breaks off is passed on as far
    as it goes.
    """
    extradata = stream_format.extradata
    if stream_format.codec not in ("h264", "hevc"):
        return _unchanged, b""
    if not extradata or extradata[0] != 1:
        return _unchanged, extradata
    is_hevc = stream_format.codec == "hevc"
    size = (extradata[21 if is_hevc else 4] & 3) + 1
    sets = _hevc_sets(extradata) if is_hevc else _h264_sets(extradata)
    return lambda data: b"".join(_units(data, size)), b"".join(_START + each for each in sets)


def units_of(data: bytes) -> Iterator[bytes]:
    """The units between the start codes, without what fills up before and after them."""
    start = data.find(_SHORT_START)
    while start >= 0:
        start += len(_SHORT_START)
        end = data.find(_SHORT_START, start)
        unit = data[start : end if end >= 0 else None].rstrip(b"\x00")
        if unit:
            yield unit
        start = end


def _unchanged(data: bytes) -> bytes:
    return data


def _units(data: bytes, size: int) -> Iterator[bytes]:
    position = 0
    while position + size < len(data):
        length = int.from_bytes(data[position : position + size], "big")
        position += size
        yield _START
        yield data[position : position + length]
        position += length


def _h264_sets(record: bytes) -> Iterator[bytes]:
    """AVCDecoderConfigurationRecord: sequence parameter sets, then picture parameter sets."""
    position = 5
    for mask in (0x1F, 0xFF):
        count, position = record[position] & mask, position + 1
        for _ in range(count):
            unit, position = _sized(record, position)
            yield unit


def _hevc_sets(record: bytes) -> Iterator[bytes]:
    """HEVCDecoderConfigurationRecord: arrays of units of one kind each."""
    position = 23
    for _ in range(record[22]):
        count = int.from_bytes(record[position + 1 : position + 3], "big")
        position += 3
        for _ in range(count):
            unit, position = _sized(record, position)
            yield unit


def _sized(record: bytes, position: int) -> tuple[bytes, int]:
    end = position + 2 + int.from_bytes(record[position : position + 2], "big")
    return record[position + 2 : end], end
