"""A camera's packets as what a browser plays at once: an initialisation, then a fragment a picture."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.values.packet import EncodedPacket, StreamFormat
from vedette.video.annex_b import annex_b, units_of
from vedette.video.boxes import Sample, fragment, initialisation
from vedette.video.parameter_sets import Configuration, ParameterSets
from vedette.video.stamps import TICKS_PER_SECOND

FRAGMENTED = frozenset({"h264", "hevc"})
"""Codecs of which `Segments` can be made."""

LEAD_SECONDS = 1.0
"""A video's own time is its camera's and so much: pictures are decoded before they are shown, and that
time must not be negative."""

_LAG = TICKS_PER_SECOND // 2
_FIRST_DURATION = TICKS_PER_SECOND // 25
_SHORTEST_DURATION = TICKS_PER_SECOND // 250
_LONGEST_DURATION = TICKS_PER_SECOND
_FAR_APART = 2 * TICKS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a player must have before the fragments that follow it. Sizes in pixels, before it is turned."""

    mime: str
    width: int
    height: int
    initialisation: bytes


@dataclass(frozen=True, slots=True)
class Fragment:
    """One picture; `seconds` as in its packet."""

    beginning: Beginning
    seconds: float
    data: bytes
    is_keyframe: bool


class Segments:
    """Makes fragments of one camera's packets, in their order; `rotation` in degrees clockwise.

    A new connection, and whatever else changes what a player must know, is a new `Beginning`. What
    cannot be played yet, because its parameter sets have not come, is left out.
    """

    def __init__(self, rotation: int = 0) -> None:
        self._rotation = rotation
        self._format: StreamFormat | None = None
        self._connection = -1
        self._configuration: Configuration | None = None
        self._beginning: Beginning | None = None
        self._clock = _Decoding()
        self._count = 0

    def add(self, packet: EncodedPacket) -> Fragment | None:
        """The packet's fragment; None before the first key frame, or for one that holds no picture."""
        if packet.connection != self._connection or packet.format != self._format:
            self._take_format(packet)
        units = self._sets.learn(units_of(self._annex_b(packet.data)))
        if packet.is_keyframe:
            self._begin(packet)
        if self._beginning is None or not units:
            return None
        self._count += 1
        sample = self._sample(packet, b"".join(len(unit).to_bytes(4, "big") + unit for unit in units))
        return Fragment(self._beginning, packet.seconds, fragment(self._count, sample), packet.is_keyframe)

    def _take_format(self, packet: EncodedPacket) -> None:
        self._format, self._connection = packet.format, packet.connection
        self._beginning = self._configuration = None
        self._sets = ParameterSets(packet.format.codec)
        try:
            self._annex_b, sets = annex_b(packet.format)
        except IndexError:
            self._annex_b, sets = bytes, b""
        self._sets.learn(units_of(sets))

    def _begin(self, packet: EncodedPacket) -> None:
        configuration = self._sets.configuration
        if configuration == self._configuration:
            return
        self._configuration, self._beginning = configuration, None
        if configuration is not None:
            width, height = packet.format.width, packet.format.height
            first = initialisation(configuration, width, height, self._rotation)
            self._beginning = Beginning(configuration.mime, width, height, first)

    def _sample(self, packet: EncodedPacket, data: bytes) -> Sample:
        shown_at = round((packet.seconds + LEAD_SECONDS) * TICKS_PER_SECOND)
        decoded_at, duration = self._clock.place(shown_at, is_keyframe=packet.is_keyframe)
        return Sample(data, decoded_at, shown_at, duration, packet.is_keyframe)


class _Decoding:
    """Times of decoding that follow each other without a gap, about half a second before those of showing.

    A player that finds a gap of two pictures throws away what comes until the next key frame (Media Source
    Extensions, 3.5.8), and how long a picture lasts is known only when the next has come. So gaps are left
    to the times of showing, which a player takes as they are, until a key frame comes.
    """

    def __init__(self) -> None:
        self._next: int | None = None
        self._last_shown = 0
        self._usual = float(_FIRST_DURATION)

    def place(self, shown_at: int, *, is_keyframe: bool) -> tuple[int, int]:
        """When to decode the next picture, and how long it lasts: in ticks, as `shown_at`."""
        wanted, step = shown_at - _LAG, shown_at - self._last_shown
        self._last_shown = shown_at
        if abs(step) < _LONGEST_DURATION:
            # Pictures that are shown in another order than decoded step back: on the whole it is right.
            self._usual += (step - self._usual) / 16
        if self._next is None or (is_keyframe and abs(wanted - self._next) > _FAR_APART):
            self._next = wanted
        decoded_at = self._next
        usual = round(min(max(self._usual, _SHORTEST_DURATION), _LONGEST_DURATION))
        duration = min(max(usual + (wanted - decoded_at) // 4, usual // 2), usual * 3 // 2)
        self._next = decoded_at + duration
        return decoded_at, duration
