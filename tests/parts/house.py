"""A house under test: a taught home, cameras, actions, and the configuration that names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from parts.restless import restless_rule
from vedette.assembly.demonstration import PERSON
from vedette.store.database import Database
from vedette.store.events import EventTable
from vedette.store.outbox import OutboxTable
from vedette.values.event import Event
from vedette.values.outbox import OutboxEntry

QUICK_RECONNECTION = {"first_seconds": 0.2, "longest_seconds": 0.5, "steady_seconds": 0.5}


@dataclass
class House:
    """`folder` holds the configuration and, below it, what is recorded. The lawn's questions are asked.

    `damaged` names cameras whose streams are damaged on their way: their clips show what was sent.
    """

    folder: Path
    storage: dict[str, Any] = field(default_factory=dict)
    actions: dict[str, Any] = field(default_factory=dict)
    cameras: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=lambda: {"port": 0, "access": "anyone"})
    damaged: set[str] = field(default_factory=set)

    @property
    def storage_folder(self) -> Path:
        return Path(self.storage.get("folder", self.folder / "storage"))

    @property
    def events_file(self) -> Path:
        return self.storage_folder / "events.sqlite"

    @property
    def configuration(self) -> Path:
        return self.folder / "house.yaml"

    def camera(
        self, name: str, source: Mapping[str, Any], actions: tuple[str, ...] = ("log",), **more: Any
    ) -> None:
        """A camera that watches the lawn."""
        (described,) = PERSON.configuration(Path("unused"), Path("unused"), is_paced=True)["cameras"].values()
        described["gate"]["masks"] = [[list(corner) for corner in mask] for mask in PERSON.masks]
        described["source"] = dict(source)
        described["rules"][0]["actions"] = list(actions)
        self.cameras[name] = {**described, **more}

    def film(self, name: str, clip: Path, actions: tuple[str, ...] = ("log",), **source: Any) -> None:
        """A camera that shows a clip again and again, as fast as it can: an event every moment."""
        self.camera(
            name, {"kind": "video", "path": str(clip), "loop": True, "paced": False, **source}, actions
        )

    def restless(self, name: str, film: Path, *actions: str, **source: Any) -> None:
        """A camera that shows a `restless_film` at its own pace: three events a second."""
        self.restless_camera(name, {"kind": "video", "path": str(film), "loop": True, **source}, *actions)

    def restless_camera(self, name: str, source: Mapping[str, Any], *actions: str) -> None:
        """A camera that is sent a `restless_film`."""
        self.camera(name, source, gate={"kind": "none"}, rules=[restless_rule(*actions)])

    def write(self) -> Path:
        """The configuration as a file."""
        described = {
            "storage": {"folder": str(self.storage_folder), **self.storage},
            "service": self.service,
            "cameras": self.cameras,
            "actions": {"log": {"kind": "log"}, **self.actions},
        }
        with self.configuration.open("w") as file:
            YAML().dump(described, file)
        return self.configuration

    def events(self) -> list[Event]:
        """What was kept, oldest first; nobody else may hold the database."""
        with Database(self.events_file) as database:
            return list(reversed(EventTable(database).list(limit=None)))

    def outbox(self) -> list[OutboxEntry]:
        """What was and is to be told."""
        with Database(self.events_file) as database:
            return list(OutboxTable(database).list(limit=100_000))

    def media(self) -> list[Path]:
        """Every file that is not a database's."""
        folders = (self.storage_folder / "snapshots", self.storage_folder / "clips")
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]
