"""Finds JPEG pictures in a stream of bytes by their own markers (ITU-T T.81).

Cameras disagree about multipart: boundaries with and without dashes or quotes, wrong or missing
lengths, text between the parts. The pictures themselves are unmistakable: segments say how long
they are, and within the coded data 0xFF is followed by 0x00, a restart marker, or the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_START = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FILL, _STARTS_AGAIN, _END, _SCAN = 0xFF, 0xD8, 0xD9, 0xDA
_FIRST_SEGMENT = 0xC0


class _BrokenOffError(Exception):
    """What began as a picture does not go on as one."""


class JpegStream:
    """Bytes in, whole pictures out. `discarded` counts those that broke off or were too large."""

    def __init__(self, maximum_bytes: int) -> None:
        self._maximum = maximum_bytes
        self._buffer = bytearray()
        self._position = 0
        self._is_in_scan = False
        self.discarded = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take more bytes; gives the pictures that are complete with them."""
        self._buffer += data
        while self._is_at_start():
            try:
                if not self._reaches_end():
                    return
                yield bytes(self._buffer[: self._position])
            except _BrokenOffError:
                self.discarded += 1
                self._position = len(_START) - 1
            del self._buffer[: self._position]
            self._position = 0

    def _is_at_start(self) -> bool:
        """Drop what is no picture; true when the buffer begins with one."""
        if self._position:
            return True
        start = self._buffer.find(_START)
        if start < 0:
            # The last two bytes may be the beginning of a start.
            del self._buffer[:-2]
            return False
        del self._buffer[:start]
        self._position, self._is_in_scan = 2, False
        return True

    def _reaches_end(self) -> bool:
        """Walk on; true once `_position` stands behind the picture, false while bytes are missing.

        Raises:
            _BrokenOffError: this is no picture after all, or too large a one.
        """
        buffer = self._buffer
        if max(len(buffer), self._position) > self._maximum:
            raise _BrokenOffError
        while True:
            if self._is_in_scan and not self._leaves_scan():
                return False
            marker = bytes(buffer[self._position : self._position + 4])
            if len(marker) < 2:
                return False
            if marker[1] == _END and marker[0] == _FILL:
                self._position += 2
                return True
            if not self._enters_segment(marker):
                return False

    def _leaves_scan(self) -> bool:
        found = _MARKER.search(self._buffer, self._position)
        self._position = found.start() if found else max(self._position, len(self._buffer) - 1)
        self._is_in_scan = found is None
        return found is not None

    def _enters_segment(self, marker: bytes) -> bool:
        """Go behind the segment of this marker; false while its length is missing."""
        if marker[0] != _FILL or marker[1] < _FIRST_SEGMENT or marker[1] == _STARTS_AGAIN:
            raise _BrokenOffError
        if marker[1] == _FILL:
            self._position += 1
            return True
        if len(marker) < 4:
            return False
        self._position += 2 + int.from_bytes(marker[2:4], "big")
        self._is_in_scan = marker[1] == _SCAN
        return True
