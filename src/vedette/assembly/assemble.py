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
from vedette.assembly.evidence_notes import EvidenceNotes
from vedette.assembly.exchange import Exchange
from vedette.assembly.housekeeping import Housekeeping
from vedette.assembly.live_feed import LiveFeed
from vedette.assembly.looks import Looks
from vedette.assembly.making import ActionMaking, CameraMaking, now
from vedette.assembly.networks import Networks
from vedette.assembly.queued_embedder import LOOKING, QueuedEmbedder
from vedette.assembly.recording import Recording
from vedette.assembly.reels import Reels
from vedette.assembly.relay import Relay
from vedette.assembly.reloading import Reloading, Said
from vedette.assembly.screening import Screenings, Sources
from vedette.assembly.set_up import SetUp
from vedette.assembly.system import System, Workers
from vedette.assembly.taught_classifiers import Taught
from vedette.assembly.teaching_desk import TeachingDesk
from vedette.assembly.troubles import NetworkTroubles, Troubles
from vedette.assembly.watch import Watch
from vedette.assembly.workbench import Users
from vedette.config.agreement import actuators, bindings
from vedette.config.notebook import Notebook
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
from vedette.pipeline.event_evidence import evidence_of
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
    notebook: Path | None = None,
) -> Appliance:
    """Everything that a configuration describes, ready to start. `watchers` see every camera's frames.

    `read` gives the configuration as it is when somebody asks for a reload; the same one if left out.
    `notebook` is the file that the page's set-up changes; without it, nothing can be set up in the page.

    Raises:
        VedetteError: a part that cannot be had; what was built before it is closed again.
    """
    with ExitStack() as built:
        networks = build_networks(classifiers or classifiers_folder(), config.inference.threads)
        built.callback(networks.close)
        store = Store.open(config.storage.folder, _database_url(config))
        built.callback(store.close)
        onlookers = Onlookers(Newest(), Metrics(), ExplainLog(), LiveFeed(urandom(8).hex()), Looks())
        ground = _Ground(networks, store, onlookers, watchers)
        appliance = _appliance(config, ground, read or (lambda: config), notebook)
        for made in [appliance.kept.make(name, camera) for name, camera in config.cameras.items()]:
            appliance.kept.put(made)
        networks.available(appliance.classifiers)
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


def _appliance(
    config: Config, ground: _Ground, read: Callable[[], Config], notebook: Path | None
) -> Appliance:
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
    remark = partial(ground.onlookers.explain.remark, None, "configuration")
    reloading = Reloading(config, read, cameras, exchange, Said(actuation.fault, remark, taught.take_over))
    system = System(workers, config.storage.folder, reloading, config.storage.retention)
    watch.housekeeping.add(*system.chores())
    return Appliance(
        system=system,
        onlookers=ground.onlookers,
        recording=recording,
        actuation=actuation,
        kept=cameras,
        watch=watch,
        teaching=_teaching(ground, taught, cameras, config.service.classifier),
        screenings=Screenings(Sources(cameras.source, ground.onlookers.newest.frame)),
        chosen_classifier=config.service.classifier,
        set_up=None if notebook is None else SetUp(Notebook(notebook), ground.networks.root, reloading),
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
    evidence = EvidenceNotes(
        partial(evidence_of, onlookers.explain), store.events.keep_evidence, lambda: store.is_beside
    )
    seen = (onlookers.metrics.on_event, onlookers.live.on_event)
    listeners: list[EventListener] = [*seen, chronicle, clips, evidence]
    journal = Journal(store.events, SnapshotFolder(folder), relay, listeners)
    journals.append(journal)
    chronicle.journal = journal
    watchdog = Rounds("journal watch", _LOOK_AT_JOURNAL_SECONDS, partial(_look_after, journal))
    retention = Retention(folder, store.events, store, config.storage.retention)
    sweep = Sweep(folder, store.events, store, journal.holds)
    keeping = (notes, evidence, retention, sweep, watchdog)
    return Recording(store, journal, relay, clips, pictures, *keeping), acting


def _look_after(journal: Journal) -> None:
    """People are told though the disk hangs; a thread that died is begun again, with all that waits."""
    journal.ring_if_stuck()
    journal.start()


def _teaching(ground: _Ground, taught: Taught, cameras: Cameras, chosen: str | None) -> TeachingDesk:
    networks = ground.networks

    def embedder(origin: Origin) -> QueuedEmbedder:
        return QueuedEmbedder(*networks.network(origin))

    def looking(origin: Origin) -> QueuedEmbedder:
        return QueuedEmbedder(*networks.network(origin), LOOKING)

    def users_of(name: str) -> list[str]:
        using = [f"the camera {camera}" for camera, names in cameras.classifiers.items() if name in names]
        return [*using, *(["POST /api/image (service.classifier)"] if name == chosen else [])]

    users = Users(taught, cameras.permit, users_of, networks.forget, ground.onlookers.live.on_embedded)
    return TeachingDesk(networks.root, embedder, users, now, looking=looking)
