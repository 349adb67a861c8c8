"""Clips of a run that was killed: what was written of them is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError
from av.video.stream import VideoStream

from vedette.errors import StoreError
from vedette.events.clip_file import SUFFIXES, ClipFile
from vedette.values.packet import EncodedPacket, StreamFormat
from vedette.video.stamps import TICKS_PER_SECOND
from vedette.writing import TEMPORARY

_MENDING = "mending-"
"""How the name of a clip begins that is being mended; one that is left over is begun anew."""


def torn_clips(folder: Path) -> list[Path]:
    """Clips below the folder that were never finished, by name; a mending that was cut off is removed."""
    torn = []
    for path in sorted(folder.rglob(f"{TEMPORARY}*")):
        if path.name.startswith(f"{TEMPORARY}{_MENDING}"):
            with suppress(OSError):
                path.unlink()
        elif path.suffix in SUFFIXES.values():
            torn.append(path)
    return torn


def mend(torn: Path) -> tuple[str, Path]:
    """Write what can be read of a torn clip as a whole one, and remove it; the event's id and the clip.

    Raises:
        StoreError: not one whole run from key frame to key frame was written; it is removed. Or the disk
            does not take the clip; it is left for the next start.
    """
    name = torn.stem.removeprefix(TEMPORARY)
    whole = torn.with_name(f"{name}{torn.suffix}")
    if not whole.exists():
        mended = _copied(torn, name)
        if mended is None:
            torn.unlink(missing_ok=True)
            raise StoreError(f"the clip of event {name} was cut off before its first picture.")
        mended.replace(whole)
    torn.unlink(missing_ok=True)
    return name, whole


def _copied(torn: Path, name: str) -> Path | None:
    clip: ClipFile | None = None
    try:
        for packet in _packets(torn):
            if clip is None:
                clip = ClipFile(torn.parent, f"{_MENDING}{name}", packet.format)
            clip.add(packet)
        return None if clip is None else clip.finish()
    except StoreError:
        if clip is not None:
            clip.abandon()
        raise


def _packets(path: Path) -> Iterator[EncodedPacket]:
    """As far as they can be read, from the first key frame on."""
    options = {"format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm", "protocol_whitelist": "file"}
    try:
        with av.open(str(path.absolute()), options=options) as container:
            stream = container.streams.video[0]
            stream_format = _format_of(stream)
            for sequence, packet in enumerate(each for each in container.demux(stream) if each.size):
                seconds = float((packet.dts or 0) * stream_format.time_base)
                yield EncodedPacket(
                    sequence,
                    0,
                    stream_format,
                    bytes(packet),
                    packet.pts,
                    packet.dts,
                    packet.is_keyframe,
                    seconds,
                )
    except (FFmpegError, IndexError, OSError):
        return


def _format_of(stream: VideoStream) -> StreamFormat:
    decoder = stream.codec_context
    return StreamFormat(
        {"libdav1d": "av1"}.get(decoder.name, decoder.name),
        decoder.width,
        decoder.height,
        decoder.extradata or b"",
        stream.time_base or Fraction(1, TICKS_PER_SECOND),
    )
