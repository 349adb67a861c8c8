"""Pictures into a video, for cameras whose own stream no browser plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from av import Packet, VideoFrame
from av.codec.context import CodecContext
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream

from vedette.events.clip_file import ClipFile
from vedette.values.packet import EncodedPacket, StreamFormat

_MILLISECOND = Fraction(1, 1000)
_SPEED = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "crf": "36", "b": "0"}
_KEY_FRAME_EVERY = 15


class PictureClip:
    """Takes packets that are JPEG pictures and writes them as VP9 in WebM, one frame a picture.

    libvpx is under a BSD licence; FFmpeg's H.264 encoders are not for us to ship.
    """

    def __init__(self, folder: Path, name: str, stream_format: StreamFormat) -> None:
        """See `ClipFile`.

        Raises:
            StoreError: it cannot be written there.
        """
        self._pictures = stream_format
        size = (stream_format.width // 2 * 2, stream_format.height // 2 * 2)
        self._encoder = _encoder(size)
        self._encoded = StreamFormat("vp9", *size, b"", _MILLISECOND)
        self._clip = ClipFile(folder, name, self._encoded)

    def takes(self, stream_format: StreamFormat) -> bool:
        """See `ClipFile`."""
        return stream_format == self._pictures

    def add(self, packet: EncodedPacket) -> None:
        """See `ClipFile`; a damaged picture is left out."""
        frame = _picture(packet.data)
        if frame is not None:
            frame = frame.reformat(
                self._encoded.width, self._encoded.height, "yuv420p", dst_color_range="MPEG"
            )
            # Every JPEG is a key frame to its decoder; kept so, it would be one in the video.
            frame.pict_type = PictureType.NONE
            frame.pts, frame.time_base = round(packet.seconds * 1000), _MILLISECOND
            self._write(self._encoder.encode(frame), packet)

    def finish(self) -> Path:
        """See `ClipFile`."""
        return self._clip.finish()

    def abandon(self) -> None:
        """See `ClipFile`."""
        self._clip.abandon()

    def _write(self, encoded: Sequence[Packet[VideoStream]], picture: EncodedPacket) -> None:
        for packet in encoded:
            self._clip.add(
                replace(
                    picture,
                    format=self._encoded,
                    data=bytes(packet),
                    pts=packet.pts,
                    dts=packet.pts,
                    is_keyframe=packet.is_keyframe,
                )
            )


def _encoder(size: tuple[int, int]) -> VideoCodecContext:
    encoder = CodecContext.create("libvpx-vp9", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt, encoder.time_base, encoder.gop_size = "yuv420p", _MILLISECOND, _KEY_FRAME_EVERY
    encoder.thread_count, encoder.options = 1, _SPEED
    return encoder


def _picture(data: bytes) -> VideoFrame | None:
    try:
        frames = CodecContext.create("mjpeg", "r").decode(Packet(data))
    except FFmpegError:
        return None
    return frames[0] if frames else None
