"""From a configuration to an appliance that is ready to start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from os import urandom
from pathlib import Path

from vedette.assembly.actuation import Actuation
from vedette.assembly.appliance import Appliance, Onlookers
from vedette.assembly.build import build_networks
from vedette.assembly.cameras import Cameras, Hands
from vedette.assembly.chronicle import Chronicle
from vedette.assembly.clip_notes import ClipNotes
from vedette.assembly.exchange import Exchange
from vedette.assembly.housekeeping import Chore, Housekeeping
from vedette.assembly.live_feed import LiveFeed
from vedette.assembly.making import ActionMaking, CameraMaking, now
from vedette.assembly.networks import Networks
from vedette.assembly.queued_embedder import QueuedEmbedder
from vedette.assembly.recording import Recording
from vedette.assembly.reels import Reels
from vedette.assembly.relay import Relay
from vedette.assembly.reloading import Reloading, Said
from vedette.assembly.system import System, Workers
from vedette.assembly.taught_classifiers import Taught
from vedette.assembly.teaching_desk import TeachingDesk
from vedette.assembly.troubles import NetworkTroubles, Troubles
from vedette.assembly.watch import Watch
from vedette.config.agreement import actuators, bindings
from vedette.config.schema import Config
from vedette.events.clip_frames import FrameReels
from vedette.events.clips import ClipRecorder
from vedette.events.journal import Journal
from vedette.events.protocol import EventListener
from vedette.events.retention import Retention
from vedette.events.snapshots import SnapshotFolder
from vedette.events.sweep import Sweep
from vedette.folders import classifiers_folder
from vedette.pipeline.camera_loop import Watcher
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.health import Health
from vedette.pipeline.metrics import Metrics
from vedette.pipeline.network_watch import NetworkWatch
from vedette.pipeline.newest import Newest
from vedette.pipeline.rounds import Rounds
from vedette.pipeline.supervisor import Supervisor
from vedette.store.store import Store
from vedette.teaching.manifest import Origin
from vedette.values.event import Event

_LOOK_AT_JOURNAL_SECONDS = 1.0


def build_appliance(
    config: Config,
    watchers: Sequence[Watcher] = (),
    classifiers: Path | None = None,
    read: Callable[[], Config] | None = None,
) -> Appliance:
    """Everything that a configuration describes, ready to start. `watchers` see every camera's frames.

    `read` gives the configuration as it is when somebody asks for a reload; the same one if left out.

    Raises:
        VedetteError: a part that cannot be had; what was built before it is closed again.
    """
    with ExitStack() as built:
        networks = build_networks(classifiers or classifiers_folder(), config.inference.threads)
        built.callback(networks.close)
        store = Store.open(config.storage.folder, _database_url(config))
        built.callback(store.close)
        onlookers = Onlookers(Newest(), Metrics(), ExplainLog(), LiveFeed(urandom(8).hex()))
        appliance = _appliance(
            config, _Ground(networks, store, onlookers, watchers), read or (lambda: config)
        )
        for made in [appliance.kept.make(name, camera) for name, camera in config.cameras.items()]:
            appliance.kept.put(made)
        for name in appliance.classifiers:
            networks.classifier(name)
        built.pop_all()
        return appliance


def _database_url(config: Config) -> str | None:
    database = config.storage.database
    return None if database is None else database.get_secret_value()


class _Ground:
    """What everything else stands on."""

    def __init__(
        self, networks: Networks, store: Store, onlookers: Onlookers, watchers: Sequence[Watcher]
    ) -> None:
        self.networks = networks
        self.store = store
        self.onlookers = onlookers
        self.watchers = watchers


def _appliance(config: Config, ground: _Ground, read: Callable[[], Config]) -> Appliance:
    """The appliance, without cameras yet."""
    pictures = FrameReels(config.storage.clip_pictures)
    reels = Reels(pictures)
    recording, acting = _recording(config, ground, pictures, reels)
    bound = bindings(config)
    actuation = Actuation(acting.board(bound))
    troubles = Troubles(actuation.fault, ground.onlookers.explain, now)
    supervisor = Supervisor([], on_failure=troubles.failed)
    health = Health(supervisor, troubles)
    put = recording.journal.put
    making = CameraMaking(ground.networks, actuation, ground.onlookers, put, reels, ground.watchers)
    cameras = Cameras(supervisor, health, troubles, Hands(making.recorder, making.run, making.forget))
    cameras.know_actuators(frozenset(actuators(config)))
    listener = NetworkTroubles(ground.networks, troubles, actuation.fault, cameras, supervisor.rebuild)
    watch = Watch(
        health,
        NetworkWatch(lambda: ground.networks.queues().values(), listener),
        Housekeeping(recording.chores()),
    )
    taught = Taught(ground.networks, listener, actuation.fault, ground.onlookers.explain)
    workers = Workers(supervisor, watch, ground.networks, recording, troubles, actuation)
    exchange = Exchange(acting, recording.relay, actuation, cameras, bound)
    tell = partial(ground.onlookers.explain.remark, None, "configuration")
    said = Said(actuation.fault, tell, taught.take_over)
    reloading = Reloading(config, read, cameras, exchange, said)
    system = System(workers, config.storage.folder, reloading)
    watch.housekeeping.add(Chore("space", 5.0, system.measure))
    return Appliance(
        system=system,
        onlookers=ground.onlookers,
        recording=recording,
        actuation=actuation,
        kept=cameras,
        watch=watch,
        teaching=_teaching(ground, taught, cameras),
        chosen_classifier=config.service.classifier,
    )


def _recording(
    config: Config, ground: _Ground, pictures: FrameReels, reels: Reels
) -> tuple[Recording, ActionMaking]:
    folder, store, onlookers = config.storage.folder, ground.store, ground.onlookers
    journals: list[Journal] = []

    def read_snapshot(event: Event) -> bytes | None:
        """From memory while it is there; the disk may be slow."""
        at_hand = journals[0].picture(event.id)
        if at_hand is not None or event.snapshot is None:
            return at_hand
        try:
            return (folder / event.snapshot).read_bytes()
        except OSError:
            return None

    acting = ActionMaking(store, onlookers, read_snapshot)
    relay = Relay(acting.delivery(config))
    notes = ClipNotes(store.events.set_clip, lambda: store.is_beside, folder)
    clips = ClipRecorder(config.storage.clips, folder, reels.of, notes.kept)
    chronicle = Chronicle(onlookers.explain, onlookers.metrics)
    listeners: list[EventListener] = [onlookers.metrics.on_event, onlookers.live.on_event, chronicle, clips]
    journal = Journal(store.events, SnapshotFolder(folder), relay, listeners)
    journals.append(journal)
    chronicle.journal = journal
    watchdog = Rounds("journal watch", _LOOK_AT_JOURNAL_SECONDS, partial(_look_after, journal))
    retention = Retention(folder, store.events, store, config.storage.retention)
    sweep = Sweep(folder, store.events, store, journal.holds)
    return Recording(store, journal, relay, clips, pictures, notes, retention, sweep, watchdog), acting


def _look_after(journal: Journal) -> None:
    """People are told though the disk hangs; a thread that died is begun again, with all that waits."""
    journal.ring_if_stuck()
    journal.start()


def _teaching(ground: _Ground, taught: Taught, cameras: Cameras) -> TeachingDesk:
    def embedder(origin: Origin) -> QueuedEmbedder:
        return QueuedEmbedder(*ground.networks.network(origin))

    return TeachingDesk(ground.networks.root, embedder, taught, now, permit=cameras.permit)
