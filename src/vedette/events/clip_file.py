"""A video file that is whole under its name, or can be mended from what lies beside it."""

from __future__ import annotations

import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from av import Packet
from av.container import OutputContainer
from av.error import FFmpegError

from vedette.errors import StoreError
from vedette.values.packet import EncodedPacket, StreamFormat
from vedette.video.annex_b import annex_b
from vedette.video.stamps import TICKS_PER_SECOND, Stamps
from vedette.writing import TEMPORARY, flush_folder, make_folder

SUFFIXES = {"h264": ".mp4", "hevc": ".mp4", "av1": ".mp4", "vp8": ".webm", "vp9": ".webm"}
"""The container that browsers play a codec in."""

_MUXERS = {
    ".mp4": ("mp4", {"movflags": "hybrid_fragmented+frag_keyframe+default_base_moof"}),
    ".webm": ("webm", {"cluster_time_limit": "1000", "flush_packets": "1"}),
}
"""MP4 is written in fragments, each a whole run from key frame to key frame, and becomes a plain
MP4 with an index in the end without being written twice; WebM's clusters, of a second each, are as
lasting."""

_SAMPLE_ENTRY = (b"hev1", b"hvc1")
"""What FFmpeg calls HEVC, and what Safari asks for (ISO/IEC 14496-15, 8.4); the parameter sets lie in
the configuration record either way."""


class ClipFile:
    """Writes one camera's packets, unchanged, into one video: `folder/name.mp4` or `.webm`.

    The first packet is a key frame. All have the same format.
    """

    def __init__(self, folder: Path, name: str, stream_format: StreamFormat) -> None:
        """Open it under a temporary name.

        Raises:
            StoreError: it cannot be written there, or no browser plays this codec.
        """
        self.format = stream_format
        suffix = SUFFIXES.get(stream_format.codec)
        if suffix is None:
            raise StoreError(f"{stream_format.codec} is not what a browser plays.")
        self.path = folder / f"{name}{suffix}"
        self._temporary = folder / f"{TEMPORARY}{self.path.name}"
        self._stamps = Stamps()
        try:
            self._annex_b, self._prefix = annex_b(stream_format)
        except IndexError:
            raise StoreError(f"the camera's {stream_format.codec} parameter sets are damaged.") from None
        try:
            make_folder(folder)
            self._file = self._temporary.open("wb")
            self._container = _muxer(self._file, suffix)
        except (OSError, FFmpegError) as error:
            raise _not_kept(self.path, error) from error
        self._stream = self._container.add_mux_stream(
            stream_format.codec, width=stream_format.width, height=stream_format.height
        )
        self._stream.time_base = Fraction(1, TICKS_PER_SECOND)

    def takes(self, stream_format: StreamFormat) -> bool:
        """Whether packets of this format may follow."""
        return stream_format is self.format or stream_format == self.format

    def add(self, packet: EncodedPacket) -> None:
        """Write the next packet.

        Raises:
            StoreError: the disk does not take it; `abandon` the clip.
        """
        data = self._prefix + self._annex_b(packet.data)
        self._prefix = b""
        muxed = Packet(data)
        muxed.stream = self._stream
        muxed.time_base = Fraction(1, TICKS_PER_SECOND)
        muxed.pts, muxed.dts = self._stamps.place(packet)
        muxed.is_keyframe = packet.is_keyframe
        try:
            self._container.mux_one(muxed)
            if packet.is_keyframe:
                # The run before it is complete: a kill is not to take it.
                self._file.flush()
        except (OSError, FFmpegError) as error:
            raise _not_kept(self.path, error) from error

    def finish(self) -> Path:
        """Write the index, flush to the disk, give it its name; that name.

        Raises:
            StoreError: the disk does not take it; `abandon` the clip.
        """
        try:
            self._container.close()
            self._file.flush()
            if self.format.codec == "hevc":
                _name_sample_entry(self._temporary)
            os.fsync(self._file.fileno())
            self._file.close()
            self._temporary.replace(self.path)
            flush_folder(self.path.parent)
        except (OSError, FFmpegError, ValueError) as error:
            raise _not_kept(self.path, error) from error
        return self.path

    def abandon(self) -> None:
        """Give the clip up: nothing of it is left."""
        # FFmpeg writes no index into a file that is closed.
        with suppress(OSError):
            self._file.close()
        with suppress(OSError, FFmpegError, ValueError):
            self._container.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)


def _muxer(file: BinaryIO, suffix: str) -> OutputContainer:
    name, options = _MUXERS[suffix]
    return av.open(file, "w", format=name, options=options)


def _name_sample_entry(path: Path) -> None:
    """Replace HEVC's name in the index, which is the last box of the file."""
    with path.open("r+b") as file:
        while len(header := file.read(8)) == 8:
            length, kind = int.from_bytes(header[:4], "big"), header[4:]
            header_length = 8
            if length == 1:
                length, header_length = int.from_bytes(file.read(8), "big"), 16
            if kind == b"moov":
                start = file.tell()
                index = file.read(length - header_length)
                file.seek(start)
                file.write(index.replace(*_SAMPLE_ENTRY, 1))
                return
            file.seek(length - header_length, os.SEEK_CUR)


def _not_kept(path: Path, error: Exception) -> StoreError:
    reason = getattr(error, "strerror", None) or str(error)
    return StoreError(
        f"the clip {path.name} cannot be kept: {reason}.",
        f"Look at the space and the permissions of {path.parent}.",
    )
