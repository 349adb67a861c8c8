"""How the appliance is as a whole: what the service's pages on the system show."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vedette.assembly.actuation import Actuation
from vedette.assembly.advice import remedy
from vedette.assembly.finding import listing, read
from vedette.assembly.housekeeping import Chore
from vedette.assembly.log_ring import LogRing
from vedette.assembly.networks import Networks
from vedette.assembly.recording import Recording
from vedette.assembly.reloading import Reloading
from vedette.assembly.troubles import Troubles
from vedette.assembly.vitals import Vitals, vitals
from vedette.assembly.watch import Watch
from vedette.events.media import media_files
from vedette.events.retention import RetentionSettings
from vedette.pipeline.inference_queue import CameraStatistics
from vedette.pipeline.supervisor import Supervisor

_SILENCE_SECONDS = 20.0
_LOADING_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class StorageState:
    """See `vedette.web.protocol.StorageState`."""

    trouble: str | None = None
    free_bytes: int = 0
    total_bytes: int = 0
    media_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Workers:
    """Everything that has a thread, and may be in trouble."""

    supervisor: Supervisor
    watch: Watch
    networks: Networks
    recording: Recording
    troubles: Troubles
    actuation: Actuation


@dataclass
class System:
    """See `vedette.web.protocol.System`. `root` is where the kernel tells of its sensors."""

    workers: Workers
    folder: Path
    reloading: Reloading
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    root: Path = Path("/")
    logs: LogRing = field(default_factory=LogRing)
    _started: float = field(default_factory=time.monotonic)
    _disk: StorageState = StorageState()
    _media_bytes: int | None = None

    @property
    def uptime_seconds(self) -> float:
        """Since it was built."""
        return time.monotonic() - self._started

    @property
    def storage(self) -> StorageState:
        """As `measure` found the disk; a disk that hangs holds up nobody who asks."""
        recording = self.workers.recording
        trouble = recording.journal.status.trouble or recording.store.trouble
        return replace(self._disk, trouble=trouble or self._disk.trouble, media_bytes=self._media_bytes)

    def chores(self) -> list[Chore]:
        """What is looked at from time to time, and told as it was then."""
        return [
            Chore("space", 5.0, self.measure),
            Chore("what events take", 300.0, self.weigh, first_after_seconds=10.0),
        ]

    def measure(self) -> None:
        """Ask the kernel how much of the disk is free; may block."""
        try:
            usage = shutil.disk_usage(self.folder)
            self._disk = StorageState(None, usage.free, usage.total)
        except OSError as error:
            self._disk = StorageState(f"{self.folder} cannot be used: {error.strerror}.")

    def weigh(self) -> None:
        """Add up what pictures and videos take; may take seconds."""
        self._media_bytes = sum(file.bytes for file in media_files(self.folder))

    @property
    def vitals(self) -> Vitals:
        """What the process takes of the machine."""
        return vitals(self.root)

    @property
    def queues(self) -> Mapping[str, Mapping[str, CameraStatistics]]:
        """By network, then by camera."""
        return {name: queue.statistics for name, queue in self.workers.networks.queues().items()}

    @property
    def temperatures(self) -> Mapping[str, float]:
        """Degrees Celsius by the kernel's thermal zones."""
        zones = {}
        for zone in listing(self.root / "sys/class/thermal", "thermal_zone*"):
            told = read(zone / "temp")
            if re.fullmatch(r"-?\d{1,6}", told):
                zones[f"{read(zone / 'type') or 'zone'} {zone.name[12:]}"] = int(told) / 1000
        return zones

    @property
    def troubles(self) -> Mapping[str, str]:
        """What does not work and why, by part; empty if all is well."""
        workers = self.workers
        found = {f"housekeeping: {name}": why for name, why in workers.watch.housekeeping.troubles.items()}
        if not workers.actuation.is_running:
            found["actuators"] = "nobody drives them: they are in their safe states and stay so."
        threads = {
            "actions": workers.recording.relay.is_alive,
            "journal": workers.recording.journal.is_alive,
            "clips": workers.recording.clips.is_alive,
            "housekeeping": workers.watch.housekeeping.is_alive,
        }
        found |= {name: "its thread has ended." for name, is_alive in threads.items() if not is_alive}
        found |= {f"classifier {name}": why for name, why in workers.networks.missing.items()}
        if workers.watch.network_watch.is_beyond_help:
            found["networks"] = f"{workers.watch.network_watch.stuck} networks hang; only a new start helps."
        lost = {name: each.reason for name, each in workers.watch.health.status.items() if each.is_lost}
        lost |= workers.supervisor.failures
        found |= {f"camera {name}": why for name, why in lost.items()}
        return found

    @property
    def lost_since(self) -> Mapping[str, datetime]:
        """When each camera that is lost gave its last picture, or was begun if it gave none; by part."""
        wall, seconds = datetime.now(UTC), time.monotonic()
        since = {name: each.lost_since for name, each in self.workers.watch.health.status.items()}
        return {
            f"camera {name}": wall - timedelta(seconds=seconds - at)
            for name, at in since.items()
            if at is not None
        }

    @property
    def remedies(self) -> Mapping[str, str]:
        """What to do about each trouble, by the same names; and about the storage's."""
        found = dict(self.troubles)
        if (trouble := self.storage.trouble) is not None:
            found["storage"] = trouble
        return {part: remedy(part, why) for part, why in found.items()}

    @property
    def restarts(self) -> Mapping[str, int]:
        """How often a part was begun again."""
        cameras = {f"camera {name}": each.restarts for name, each in self.workers.supervisor.status.items()}
        networks = {f"network of {name}": n for name, n in self.workers.troubles.replaced.items()}
        others = {
            "actions": self.workers.recording.relay.restarts,
            "guardian of the pins": self.workers.actuation.restarts,
        }
        return cameras | networks | {name: count for name, count in others.items() if count}

    @property
    def is_well(self) -> bool:
        """The heart beats: nothing is wrong that only a new process mends. For a watchdog."""
        workers = self.workers
        return not (
            workers.supervisor.is_beyond_help
            or workers.watch.network_watch.is_beyond_help
            or not workers.actuation.is_running
            or not workers.recording.journal.is_alive
            or not workers.watch.housekeeping.is_alive
            or workers.watch.health.silent_seconds > _SILENCE_SECONDS
            or workers.watch.network_watch.silent_seconds > _LOADING_SECONDS
        )

    def reload(self) -> Sequence[str]:
        """See `vedette.web.protocol.System`."""
        return self.reloading()
