"""Packets of real videos in a real ring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import av
from av import Packet

from vedette.sources.packet_ring import KeptPackets, PacketRingSettings
from vedette.values.packet import EncodedPacket


def ring(seconds: float = 1000.0, megabytes: float = 100.0) -> KeptPackets:
    return KeptPackets(PacketRingSettings.model_construct(seconds=seconds, megabytes=megabytes))


def fill(kept: KeptPackets, clip: Path, *, since: float = 0.0) -> Iterator[float]:
    """One connection: the clip's packets, one a step, as a source keeps them; each one's place in time."""
    with closing(av.open(str(clip))) as container:
        stream = container.streams.video[0]
        kept.connected(stream)
        for packet in container.demux(stream):
            if packet.size:
                seconds = since + _seconds(packet)
                kept.keep(packet, seconds)
                yield seconds


def filled(clip: Path, *, since: float = 0.0) -> KeptPackets:
    kept = ring()
    for _ in fill(kept, clip, since=since):
        pass
    return kept


def packets(clip: Path) -> list[EncodedPacket]:
    return list(filled(clip).after(-1))


def _seconds(packet: Packet) -> float:
    stamp = packet.dts if packet.pts is None else packet.pts
    return float((stamp or 0) * packet.time_base)
