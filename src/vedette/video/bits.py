"""Reads the head of a parameter set, bit by bit (ITU-T H.264 and H.265, 7.2 and 9)."""

from __future__ import annotations


class Bits:
    """A unit's payload from its first bit on; what prevents start codes in it is left out.

    Reading beyond its end raises IndexError.
    """

    def __init__(self, unit: bytes) -> None:
        self._data = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self._position = 0

    def take(self, count: int) -> int:
        """The next `count` bits as a number, the first one highest."""
        end = self._position + count
        if end > len(self._data) * 8:
            raise IndexError("the unit ends before what it should hold")
        first, last = self._position // 8, (end + 7) // 8
        whole = int.from_bytes(self._data[first:last], "big")
        self._position = end
        return (whole >> (last * 8 - end)) & ((1 << count) - 1)

    def golomb(self) -> int:
        """The next ue(v): an unsigned number after as many zeros as it has bits."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)
