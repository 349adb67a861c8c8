"""What a player must know of an H.264 or HEVC stream: its parameter sets, as MP4 holds them.

The configuration records are those of ISO/IEC 14496-15 (5.3.3 and 8.3.3), the names of codecs those of
RFC 6381 and ISO/IEC 14496-15 annex E.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vedette.video.bits import Bits

_H264_KINDS = (7, 8)
_HEVC_KINDS = (32, 33, 34)
_H264_LEFT_OUT = frozenset({*_H264_KINDS, 9})
_HEVC_LEFT_OUT = frozenset({*_HEVC_KINDS, 35})
"""Parameter sets, which the record holds, and delimiters, which MP4 does without."""
_HIGH_PROFILES = frozenset({100, 110, 122, 144})


@dataclass(frozen=True, slots=True)
class Configuration:
    """One state of a stream: `sample_entry` and `box` are the names under which MP4 keeps `record`."""

    codec: str
    sample_entry: bytes
    box: bytes
    record: bytes

    @property
    def mime(self) -> str:
        """What a browser is asked for."""
        return f'video/mp4; codecs="{self.codec}"'


class ParameterSets:
    """Gathers a stream's parameter sets; those that came last hold."""

    def __init__(self, codec: str) -> None:
        self._is_hevc = codec == "hevc"
        self._kinds = _HEVC_KINDS if self._is_hevc else _H264_KINDS
        self._left_out = _HEVC_LEFT_OUT if self._is_hevc else _H264_LEFT_OUT
        self._sets: dict[int, list[bytes]] = {}

    def learn(self, units: Iterable[bytes]) -> list[bytes]:
        """Take note of the parameter sets among an access unit's units; the others."""
        others: list[bytes] = []
        found: dict[int, list[bytes]] = {}
        for unit in units:
            kind = self._kind(unit)
            if kind in self._kinds:
                found.setdefault(kind, []).append(unit)
            elif kind not in self._left_out:
                others.append(unit)
        for kind, sets in found.items():
            self._sets[kind] = list(dict.fromkeys(sets))
        return others

    @property
    def configuration(self) -> Configuration | None:
        """The stream's; None while a parameter set is missing or damaged."""
        if any(kind not in self._sets for kind in self._kinds):
            return None
        try:
            return self._hevc() if self._is_hevc else self._h264()
        except IndexError:
            return None

    def _kind(self, unit: bytes) -> int:
        return (unit[0] >> 1) & 63 if self._is_hevc else unit[0] & 31

    def _h264(self) -> Configuration:
        sequences, pictures = self._sets[7], self._sets[8]
        first = sequences[0]
        record = bytes([1, first[1], first[2], first[3], 0xFF, 0xE0 | len(sequences)])
        record += _sized(sequences) + bytes([len(pictures)]) + _sized(pictures)
        if first[1] in _HIGH_PROFILES:
            bits = Bits(first[4:])
            bits.golomb()
            colours, luma, chroma = _depths(bits)
            record += bytes([0xFC | colours, 0xF8 | luma, 0xF8 | chroma, 0])
        return Configuration(f"avc1.{first[1:4].hex().upper()}", b"avc1", b"avcC", record)

    def _hevc(self) -> Configuration:
        bits = Bits(self._sets[33][0][2:])
        bits.take(4)
        layers = bits.take(3)
        is_nested = bits.take(1)
        profile = bytes(bits.take(8) for _ in range(12))
        _pass_over_layers(bits, layers)
        bits.golomb()
        colours, luma, chroma = _hevc_depths(bits)
        record = b"\x01" + profile + b"\xf0\x00\xfc"
        record += bytes([0xFC | colours, 0xF8 | luma, 0xF8 | chroma, 0, 0])
        record += bytes([(layers + 1) << 3 | is_nested << 2 | 3, len(_HEVC_KINDS)])
        for kind in _HEVC_KINDS:
            sets = self._sets[kind]
            record += bytes([0x80 | kind]) + len(sets).to_bytes(2, "big") + _sized(sets)
        return Configuration(_hevc_name(profile), b"hvc1", b"hvcC", record)


def _sized(units: Iterable[bytes]) -> bytes:
    return b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def _depths(bits: Bits) -> tuple[int, int, int]:
    """Colour format, and the bits of luma and chroma beyond 8, from where the first of them stands."""
    colours = bits.golomb()
    if colours == 3:
        bits.take(1)
    return colours & 3, bits.golomb() & 7, bits.golomb() & 7


def _hevc_depths(bits: Bits) -> tuple[int, int, int]:
    """The same of HEVC, which has the picture's size and its margins between them."""
    colours = bits.golomb()
    if colours == 3:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    if bits.take(1):
        for _ in range(4):
            bits.golomb()
    return colours & 3, bits.golomb() & 7, bits.golomb() & 7


def _pass_over_layers(bits: Bits, layers: int) -> None:
    if not layers:
        return
    present = [(bits.take(1), bits.take(1)) for _ in range(8)]
    for has_profile, has_level in present[:layers]:
        bits.take(88 * has_profile + 8 * has_level)


def _hevc_name(profile: bytes) -> str:
    space = ("", "A", "B", "C")[profile[0] >> 6]
    compatible = int(f"{int.from_bytes(profile[1:5], 'big'):032b}"[::-1], 2)
    tier = "H" if profile[0] & 0x20 else "L"
    constraints = "".join(f".{byte:X}" for byte in profile[5:11].rstrip(b"\x00"))
    return f"hvc1.{space}{profile[0] & 31}.{compatible:X}.{tier}{profile[11]}{constraints}"
