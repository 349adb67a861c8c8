"""What the routes share: the appliance, the threads that work for them, and their streams."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vedette.web.access import Access
from vedette.web.frame_jpegs import FrameJpegs
from vedette.web.limits import Limits
from vedette.web.protocol import Appliance
from vedette.web.room import Room
from vedette.web.streams import Places, Streams
from vedette.web.thumbnails import Thumbnails
from vedette.web.worker import Worker


@dataclass(frozen=True, slots=True)
class Service:
    """One service's parts. `pictures`, `store`, `desk`, `chores` and `doors` are threads for what blocks.

    `doors` looks at passwords, one at a time: each takes a core for tens of milliseconds. `trials` are
    two at once of cameras and actions that are not configured yet.
    """

    appliance: Appliance
    limits: Limits
    access: Access
    pictures: Worker
    store: Worker
    desk: Worker
    chores: Worker
    doors: Worker
    trials: Worker
    room: Room
    jpegs: FrameJpegs
    thumbnails: Thumbnails
    streams: Streams
    viewers: Places
    watchers: Places
    listeners: Places
    importers: Places

    @classmethod
    def of(cls, appliance: Appliance, limits: Limits, access: Access | None = None) -> Service:
        """The parts for an appliance."""
        patient = replace(limits, patience_seconds=limits.teaching_seconds)
        return cls(
            appliance=appliance,
            limits=limits,
            access=access or Access(),
            pictures=Worker(limits),
            store=Worker(limits, "the store", threads=2),
            desk=Worker(patient, "the teaching desk"),
            chores=Worker(replace(limits, waiting=4, patience_seconds=60.0), "the appliance"),
            doors=Worker(limits, "the log-in"),
            trials=Worker(replace(limits, waiting=2, patience_seconds=40.0), "the test", threads=2),
            room=Room(limits.bodies_bytes),
            jpegs=FrameJpegs(appliance.newest),
            thumbnails=Thumbnails(limits),
            streams=Streams(),
            viewers=Places(limits.viewers, "viewers"),
            watchers=Places(limits.watchers, "watchers"),
            listeners=Places(limits.listeners, "listeners"),
            importers=Places(limits.importers, "imports"),
        )

    def close(self) -> None:
        """Take no more work; what has begun ends by itself."""
        self.streams.close()
        for worker in (self.pictures, self.store, self.desk, self.chores, self.doors, self.trials):
            worker.close()
        self.jpegs.close()
        self.thumbnails.close()
