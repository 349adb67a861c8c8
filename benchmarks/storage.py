"""What keeping an event costs: its row beside bare sqlite3, its clip beside copying the bytes.

    python benchmarks/storage.py
    python benchmarks/storage.py --folder /srv/vedette --json    # on the disk that is meant
    python benchmarks/storage.py --save NAME    # writes benchmarks/reference/NAME-storage.csv

The clip is the whole finch clip, 20 s of 1280x720 H.264, remuxed packet by packet as an event's is.
"""

from __future__ import annotations

import argparse
import tempfile
from fractions import Fraction
from pathlib import Path

import av

from vedette.assembly.demonstration import FINCH
from vedette.benchmarking.report import publish
from vedette.benchmarking.storing import per_second, recorded_events, written_clip
from vedette.catalog.fetch import obtain
from vedette.events.clip_file import ClipFile
from vedette.values.packet import EncodedPacket, StreamFormat

HERE = Path(__file__).parent


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--folder", type=Path, help="where to write; the system's temporary folder if left out"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", metavar="NAME")
    asked = parser.parse_args()
    packets = packets_of(obtain(FINCH.clip))

    def remux(path: Path) -> None:
        clip = ClipFile(path.parent, path.stem, packets[0].format)
        for packet in packets:
            clip.add(packet)
        clip.finish()

    with tempfile.TemporaryDirectory(dir=asked.folder) as scratch:
        events = recorded_events(Path(scratch))
        figures = [events, per_second(events), written_clip(remux, Path(scratch))]
    save_to = HERE / "reference" / f"{asked.save}-storage.csv" if asked.save else None
    publish(figures, as_json=asked.json, save_to=save_to)


def packets_of(video: Path) -> list[EncodedPacket]:
    """A file's video packets, as a source keeps them."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        time_base = stream.time_base or Fraction(1, 90000)
        decoder = stream.codec_context
        form = StreamFormat("h264", decoder.width, decoder.height, decoder.extradata or b"", time_base)
        return [
            EncodedPacket(
                number,
                0,
                form,
                bytes(packet),
                packet.pts,
                packet.dts,
                packet.is_keyframe,
                float((packet.pts or 0) * time_base),
            )
            for number, packet in enumerate(container.demux(stream))
            if packet.size
        ]


if __name__ == "__main__":
    main()
