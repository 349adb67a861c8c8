"""A real RTSP server: GStreamer's, run by the system's Python, in a process that can be killed."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import av

_PYTHON = "/usr/bin/python3"
_SCRIPT = Path(__file__).with_name("rtsp_server_process.py")
_PROBE = (
    "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0'); "
    "from gi.repository import Gst, GstRtspServer; Gst.init(None); "
    "assert all(Gst.ElementFactory.find(e) for e in ('appsrc', 'h264parse', 'rtph264pay'))"
)
PACKAGES = (
    "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good "
    "gstreamer1.0-plugins-bad"
)


def why_not() -> str | None:
    """Why this machine cannot run the server; None if it can."""
    if not Path(_PYTHON).exists():
        return f"there is no {_PYTHON}"
    probe = subprocess.run([_PYTHON, "-W", "ignore", "-c", _PROBE], capture_output=True, check=False)
    return (
        None if probe.returncode == 0 else f"GStreamer's RTSP server is missing: apt-get install {PACKAGES}"
    )


Spoil = Callable[[int, bytes], bytes]


@dataclass(frozen=True)
class Access:
    """Who may see the camera: `authentication` is none, basic or digest."""

    authentication: str = "none"
    username: str = "viewer"
    password: str = ""


EVERYBODY = Access()


class RtspServer:
    """The server while it runs, with an H.264 clip; a killed one comes back on its port with `start`.

    The clips in `then` follow the first in the same stream, whatever their size. `spoil` gets each
    packet's number and bytes (Annex B), and gives what is sent instead.
    """

    def __init__(
        self,
        clip: Path,
        folder: Path,
        access: Access = EVERYBODY,
        *,
        then: Sequence[Path] = (),
        spoil: Spoil = lambda _, data: data,
    ) -> None:
        self._asked = {**_packets((clip, *then), folder, spoil), **asdict(access)}
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def url(self, credential: str = "", path: str = "/camera") -> str:
        return f"rtsp://{credential}{'@' if credential else ''}127.0.0.1:{self.port}{path}"

    def start(self) -> Self:
        asked = {**self._asked, "port": self.port}
        self._process = subprocess.Popen(
            [_PYTHON, "-W", "ignore", str(_SCRIPT), json.dumps(asked)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "GST_REGISTRY_FORK": "no"},
        )
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], 60)
        line = self._process.stdout.readline() if ready else ""
        assert line, "the RTSP server did not start"
        self.port = int(line)
        return self

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def stall(self) -> None:
        """Its process stands still; its connections stay open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()


def _packets(clips: Sequence[Path], folder: Path, spoil: Spoil) -> dict[str, object]:
    """The clips' packets, one after another, written for the server."""
    name = uuid.uuid4().hex
    packets, index = folder / f"{name}.h264", folder / f"{name}.json"
    rows: list[tuple[int, int, int]] = []
    seconds = 0.0
    with packets.open("wb") as file:
        for clip in clips:
            begin = int(seconds * 1e9)
            units, length = _units(clip)
            for pts, dts, data in units:
                sent = spoil(len(rows), data)
                rows.append((begin + pts, begin + dts, file.write(sent)))
            seconds += length
    index.write_text(json.dumps(rows))
    return {"packets": str(packets), "index": str(index), "seconds": seconds}


def _units(clip: Path) -> tuple[list[tuple[int, int, bytes]], float]:
    """Pts and dts in nanoseconds from 0, and the access unit; and the clip's length."""
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        annex_b = av.BitStreamFilterContext("h264_mp4toannexb", stream)
        nanosecond = float(stream.time_base) * 1e9
        whole = [packet for packet in container.demux(stream) if packet.dts is not None]
        first = whole[0].dts
        units = [
            (int((packet.pts - first) * nanosecond), int((packet.dts - first) * nanosecond), bytes(packet))
            for given in whole
            for packet in annex_b.filter(given)
        ]
        return units, float(stream.frames / stream.average_rate)
