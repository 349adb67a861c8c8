"""What the routes share: the appliance, the threads that work for them, and their streams."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vedette.web.frame_jpegs import FrameJpegs
from vedette.web.limits import Limits
from vedette.web.protocol import Appliance
from vedette.web.streams import Places, Streams
from vedette.web.worker import Worker


@dataclass(frozen=True, slots=True)
class Service:
    """One service's parts. `pictures`, `store`, `desk` and `chores` are threads for what blocks."""

    appliance: Appliance
    limits: Limits
    pictures: Worker
    store: Worker
    desk: Worker
    chores: Worker
    jpegs: FrameJpegs
    streams: Streams
    viewers: Places
    listeners: Places

    @classmethod
    def of(cls, appliance: Appliance, limits: Limits) -> Service:
        """The parts for an appliance."""
        patient = replace(limits, patience_seconds=limits.teaching_seconds)
        return cls(
            appliance=appliance,
            limits=limits,
            pictures=Worker(limits),
            store=Worker(limits, "the store", threads=2),
            desk=Worker(patient, "the teaching desk"),
            chores=Worker(replace(limits, waiting=4, patience_seconds=60.0), "the appliance"),
            jpegs=FrameJpegs(appliance.newest),
            streams=Streams(),
            viewers=Places(limits.viewers, "viewers"),
            listeners=Places(limits.listeners, "listeners"),
        )

    def close(self) -> None:
        """Take no more work; what has begun ends by itself."""
        self.streams.close()
        for worker in (self.pictures, self.store, self.desk, self.chores):
            worker.close()
        self.jpegs.close()
