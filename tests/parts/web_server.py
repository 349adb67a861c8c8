"""The service on a free port of loopback, and an appliance that answers as it is told to."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx
import numpy as np
import uvicorn
from fastapi import FastAPI

from parts.taught_pictures import ColourEmbedder, noon
from vedette.actions.protocol import ActionStatus
from vedette.actuators.protocol import ActuatorStatus
from vedette.assembly.live_feed import LiveFeed
from vedette.assembly.log_ring import LogRing
from vedette.assembly.looks import Looks
from vedette.assembly.replaying import ReplayAnswer, ReplayQuestion, replayed
from vedette.assembly.screening import Screenings, Sources
from vedette.assembly.teaching_desk import TeachingDesk
from vedette.assembly.vitals import Vitals
from vedette.config.schema import CameraConfig
from vedette.errors import ActionError, ConfigurationError, PictureError, UsageError
from vedette.events.retention import RetentionSettings
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.inference_queue import CameraStatistics
from vedette.pipeline.metrics import Metrics
from vedette.pipeline.newest import Newest
from vedette.pixels.picture import decode_picture
from vedette.pixels.planes import RgbPlanes
from vedette.sources.protocol import SourceStatus
from vedette.store.outbox import OutboxTable
from vedette.store.store import Store
from vedette.values.frame import Frame
from vedette.values.observation import GateVerdict, NotLooked, RuleVerdict
from vedette.values.prediction import Classification
from vedette.values.trail import Trail
from vedette.web.app import create_app
from vedette.web.limits import Limits

MOUSE = Classification("mouse", {"background": 0.02, "cat": 0.05, "mouse": 0.93})


@dataclass(frozen=True)
class Plan:
    kind: str = "push"
    classifiers: tuple[str, ...] = ("door",)
    actuators: tuple[str, ...] = ()
    may_be_silent: bool = False
    masks: tuple[tuple[tuple[float, float], ...], ...] = ()
    asked: frozenset[str] = frozenset({"door"})


@dataclass(frozen=True)
class Storage:
    trouble: str | None = None
    free_bytes: int = 5_000_000_000
    total_bytes: int = 20_000_000_000
    media_bytes: int | None = 1_000_000


@dataclass
class FakeSystem:
    uptime_seconds: float = 12.5
    storage: Storage = Storage()
    queues: dict[str, dict[str, CameraStatistics]] = field(default_factory=dict)
    temperatures: dict[str, float] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    lost_since: dict[str, datetime] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    remedies: dict[str, str] = field(default_factory=dict)
    vitals: Vitals = field(default_factory=Vitals)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    logs: LogRing = field(default_factory=LogRing)
    reloads: int = 0
    refuses: str | None = None

    def reload(self) -> list[str]:
        if self.refuses:
            raise ConfigurationError(self.refuses, "Mend it.")
        self.reloads += 1
        return ["camera garden: its rules have changed."]


@dataclass
class FakeDelivery:
    status: dict[str, ActionStatus] = field(default_factory=lambda: {"phone": ActionStatus(done=3, failed=1)})
    outbox: OutboxTable | None = None
    tested: list[str] = field(default_factory=list)
    fails: str | None = None

    def revive(self, key: str) -> bool:
        return self.outbox.revive(key, datetime.now(UTC))

    def send_test(self, action: str) -> None:
        if self.fails:
            raise ActionError(self.fails)
        self.tested.append(action)


class NoStore:
    """Stands where a store is not needed."""


@dataclass
class FakeAppliance:
    """Opens pictures as the real one does; what it says of them is `answer`, or what `behave` does."""

    cameras: dict[str, SourceStatus] = field(default_factory=dict)
    classifiers: tuple[str, ...] = ("door",)
    answer: Classification = MOUSE
    behave: Callable[[], None] = lambda: None
    asked: list[tuple[bytes, str | None]] = field(default_factory=list)
    pushed: list[tuple[str, bytes]] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=dict)
    actuators: dict[str, ActuatorStatus] = field(default_factory=dict)
    system: FakeSystem = field(default_factory=FakeSystem)
    delivery: FakeDelivery = field(default_factory=FakeDelivery)
    newest: Newest = field(default_factory=Newest)
    explain: ExplainLog = field(default_factory=ExplainLog)
    metrics: Metrics = field(default_factory=Metrics)
    live: LiveFeed = field(default_factory=lambda: LiveFeed("r1"))
    looks: Looks = field(default_factory=Looks)
    screenings: Screenings = field(
        default_factory=lambda: Screenings(Sources(lambda _: None, lambda _: None))
    )
    teaching: object = field(default_factory=NoStore)
    set_up: object = None
    events: object = field(default_factory=NoStore)
    outbox: object = field(default_factory=NoStore)
    media_folder: Path = Path("nowhere")
    configuration: CameraConfig = field(
        default_factory=lambda: CameraConfig.model_validate({"source": {"kind": "push"}})
    )

    def __post_init__(self) -> None:
        for name in self.cameras:
            self.plans.setdefault(name, Plan())

    def classify_picture(self, data: bytes, classifier: str | None = None) -> Classification:
        decode_picture(data)
        self.asked.append((data, classifier))
        self.behave()
        return self.answer

    def replay(self, question: ReplayQuestion) -> ReplayAnswer:
        return replayed(self.explain, self.configuration, question)

    def push_picture(self, camera: str, data: bytes) -> None:
        if camera != "garden":
            raise UsageError(f"the camera {camera} takes no pushed pictures.", "Set its kind to `push`.")
        if not data:
            raise PictureError("there are no bytes.", "Send a picture.")
        self.pushed.append((camera, data))

    def show(self, camera: str, trail: Trail) -> None:
        """A frame has passed through."""
        assert trail.frame.camera == camera
        for watcher in (self.newest, self.explain, self.metrics, self.live.watch):
            watcher(trail)
        self.looks.watch([], trail)
        self.cameras[camera] = replace(self.cameras[camera], frames=self.cameras[camera].frames + 1)


@contextmanager
def stored_appliance(folder: Path) -> Iterator[FakeAppliance]:
    """A fake appliance with a real store, desk and log; two cameras, of which the first has frames."""
    taught: list[str] = []
    with Store.open(folder / "storage") as store:
        appliance = FakeAppliance(
            cameras={"garden": SourceStatus(state="connected"), "shed": SourceStatus(state="ended")},
            plans={"garden": Plan(actuators=("latch",)), "shed": Plan("rtsp", (), ())},
            actuators={"latch": ActuatorStatus("safe", "nobody asked", 0.0)},
            teaching=TeachingDesk(folder / "classifiers", lambda _: ColourEmbedder(), taught.append, noon),
            events=store.events,
            outbox=store.outbox,
            delivery=FakeDelivery(outbox=store.outbox),
            media_folder=folder / "storage",
        )
        appliance.taught = taught
        appliance.show("garden", trail("garden"))
        yield appliance


def frame(camera: str, sequence: int = 0, seconds: float = 0.0, size: tuple[int, int] = (64, 48)) -> Frame:
    """A frame whose brightness says its number."""
    width, height = size
    pixels = np.full((height, width, 3), (sequence * 20) % 256, np.uint8)
    now = datetime.now(UTC)
    return Frame(camera, sequence, now, seconds, width, height, RgbPlanes(pixels))


def trail(camera: str, sequence: int = 0, seconds: float = 0.0, state: str = "inactive") -> Trail:
    """A frame's way through a house with one classifier and one rule."""
    verdict = RuleVerdict("visitor", state, state == "active", 1.0, 2.0, -2.0, 0.5, "nothing moves")
    return Trail(
        frame(camera, sequence, seconds),
        GateVerdict(is_open=False, reason="nothing moves"),
        {"door": NotLooked("nothing moves")},
        (verdict,),
        0.002,
    )


@contextmanager
def serving(
    appliance: object, limits: Limits | None = None, hosts: tuple[str, ...] = (), access: object = None
) -> Iterator[int]:
    """The service's port, while it serves."""
    app = create_app(appliance, hosts, limits, access)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, http="h11", ws="websockets-sansio"))
    # The protocol is named because asyncio sets TCP_NODELAY only then; without it each answer on a kept
    # connection waits 40 ms for the other side's delayed acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listener],), name="web server")
        thread.start()
        try:
            while not server.started and thread.is_alive():
                thread.join(0.005)
            yield listener.getsockname()[1]
        finally:
            app.state.streams.close()
            server.should_exit = True
            thread.join()


def converse(port: int, *sent: bytes, seconds: float = 20.0) -> bytes:
    """What comes back on a bare connection until the other side closes it."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        try:
            for piece in sent:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent; the answer is there nevertheless
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return received


class DirectClient:
    """Asks a service without a socket in between: to start and end a server takes 0.3 s. For one thread.

    The service's event loop runs only while something is asked.
    """

    def __init__(self, app: FastAPI) -> None:
        self._runner = asyncio.Runner()
        self._lifespan = app.router.lifespan_context(app)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    def __enter__(self) -> Self:
        self._runner.run(self._lifespan.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._lifespan.__aexit__(None, None, None))
        self._runner.run(self._client.aclose())
        self._runner.close()

    def request(self, method: str, address: str, **what: object) -> httpx.Response:
        return self._runner.run(self._client.request(method, address, **what))

    def get(self, address: str, **what: object) -> httpx.Response:
        return self.request("GET", address, **what)

    def post(self, address: str, **what: object) -> httpx.Response:
        return self.request("POST", address, **what)

    def patch(self, address: str, **what: object) -> httpx.Response:
        return self.request("PATCH", address, **what)

    def delete(self, address: str, **what: object) -> httpx.Response:
        return self.request("DELETE", address, **what)
