"""As much of the FlatBuffers wire format as it takes to read a TFLite file and to redirect its outputs.

Little-endian; a table starts with a signed offset back to its vtable, and every other offset is
unsigned and points forward (https://flatbuffers.dev/internals/). What is new is therefore appended
at the end of the buffer, where every table can point to it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_ALIGNMENT = 16
"""TFLite's own for its buffers; a vector of 32 bit integers needs 4."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table in `buffer` that starts at byte `position`; fields are counted as in the schema.

    Every method raises `struct.error` where the bytes lead out of the buffer. A field that is
    left out reads as empty.
    """

    buffer: bytearray
    position: int

    def place(self, field: int) -> int | None:
        """The byte where the field's value stands, or None for a field that is left out."""
        vtable = self.position - _read("<i", self.buffer, self.position)
        entry = 4 + 2 * field
        offset = _read("<H", self.buffer, vtable + entry) if entry < _read("<H", self.buffer, vtable) else 0
        return self.position + offset if offset else None

    def string(self, field: int) -> str:
        """A UTF-8 string."""
        return bytes(self.vector("B", field)).decode("utf-8", errors="replace")

    def vector(self, code: str, field: int) -> tuple[Any, ...]:
        """A vector of scalars; `code` is theirs in `struct`."""
        start, length = self._span(field, struct.calcsize(f"<{code}"))
        return struct.unpack_from(f"<{length}{code}", self.buffer, start)

    def scalar(self, code: str, field: int) -> int:
        """An integer; 0, the schema's default, if it is left out."""
        place = self.place(field)
        return 0 if place is None else _read(f"<{code}", self.buffer, place)

    def table(self, field: int) -> Table | None:
        """The table that the field points to."""
        place = self.place(field)
        return None if place is None else _follow(self.buffer, place)

    def tables(self, field: int) -> list[Table]:
        """The tables of a vector of tables."""
        start, length = self._span(field, 4)
        return [_follow(self.buffer, place) for place in range(start, start + 4 * length, 4)]

    def overwrite(self, code: str, field: int, value: float) -> None:
        """Replace the first entry of a vector of scalars that is there."""
        start, length = self._span(field, struct.calcsize(f"<{code}"))
        if not length:
            raise struct.error(f"field {field} has no entry")
        struct.pack_into(f"<{code}", self.buffer, start, value)

    def append_integers(self, field: int, values: Sequence[int]) -> None:
        """Point a field that is there at a new vector, at the end of the buffer."""
        place = self.place(field)
        if place is None:
            raise struct.error(f"field {field} is left out")
        self.buffer.extend(bytes(-len(self.buffer) % _ALIGNMENT))
        struct.pack_into("<I", self.buffer, place, len(self.buffer) - place)
        self.buffer.extend(struct.pack(f"<I{len(values)}i", len(values), *values))

    def keep_tables(self, field: int, kept: Sequence[int]) -> None:
        """Shorten a vector of tables, in place, to the entries `kept` (indices, ascending).

        An entry only moves to a lower place, so its offset still points forward.
        """
        start, length = self._span(field, 4)
        targets = [_follow(self.buffer, start + 4 * index).position for index in kept]
        for new, target in enumerate(targets):
            struct.pack_into("<I", self.buffer, start + 4 * new, target - (start + 4 * new))
        if length:
            struct.pack_into("<I", self.buffer, start - 4, len(kept))

    def _span(self, field: int, width: int) -> tuple[int, int]:
        """Where a vector's first entry of `width` bytes stands, and how many there are."""
        place = self.place(field)
        if place is None:
            return 0, 0
        start = place + _read("<I", self.buffer, place)
        length = _read("<I", self.buffer, start)
        if start + 4 + length * width > len(self.buffer):
            raise struct.error(f"a vector of {length} leads out of {len(self.buffer)} bytes")
        return start + 4, length


def root_table(buffer: bytearray) -> Table:
    """The table that the buffer's first four bytes point to."""
    return _follow(buffer, 0)


def _follow(buffer: bytearray, place: int) -> Table:
    return Table(buffer, place + _read("<I", buffer, place))


def _read(code: str, buffer: bytearray, place: int) -> int:
    # `struct` counts a negative place from the end: a corrupt offset must not pass as that.
    if place < 0:
        raise struct.error(f"an offset leads to {place}")
    return int(struct.unpack_from(code, buffer, place)[0])
