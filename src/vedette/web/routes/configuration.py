"""The configuration as a page shows it, and trials of what is not configured yet. For admins only."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from vedette.assembly.devices import camera_nodes
from vedette.assembly.probe import probe
from vedette.assembly.set_up import IN_FILE_ONLY, SetUp, Standing, shown_camera
from vedette.assembly.trial import try_action
from vedette.config.drafting import DraftError
from vedette.config.json_schema import configuration_schema
from vedette.config.masking import masked, value_at
from vedette.config.problems import DottedPath, InvalidConfigurationError, Problem
from vedette.errors import ConfigurationError, SourceError
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, refusals
from vedette.web.service import Service
from vedette.web.worker import Worker

Result = TypeVar("Result")

ROOT = Path("/")


class ServiceFacts(BaseModel):
    """What the page says of the service; it is changed in the file only."""

    host: str = Field(description="The address that it listens on.")
    port: int = Field(description="Its port, as configured.")
    access: str = Field(description="Who may ask: `people` or `anyone`.")
    classifier: str | None = Field(description="The classifier that answers POST /api/image.")
    storage: str = Field(description="The folder of what is recorded.")


class ActionShown(BaseModel):
    """An action as a form shows it."""

    name: str = Field(description="Its name.")
    settings: dict[str, Any] = Field(description="As the schema has them; secrets are marks.")
    is_in_file_only: bool = Field(description="It runs or moves something: the page shows it only.")


class ConfigurationReply(BaseModel):
    """The file as it stands, without secrets."""

    path: str = Field(description="Where the file lies.")
    etag: str = Field(description="To be shown with a change, as `?etag=` or If-Match.")
    cameras: list[dict[str, Any]] = Field(description="By the schema, with a name; secrets are marks.")
    actions: list[ActionShown] = Field(description="What can be done.")
    service: ServiceFacts = Field(description="The service.")
    missing: dict[str, str] = Field(description="Classifiers that are not to be had yet, and why.")


class TextReply(BaseModel):
    """The file's own words."""

    path: str = Field(description="Where the file lies.")
    etag: str = Field(description="Of this text.")
    text: str = Field(description="Its text, with marks in the place of secrets.")


class DeviceReply(BaseModel):
    """A camera at this machine."""

    device: str = Field(description="Its node, such as /dev/video0.")
    name: str = Field(description="As the kernel calls it.")


class Trial(BaseModel):
    """A source that is to be tried."""

    model_config = ConfigDict(extra="forbid")

    source: dict[str, Any] = Field(description="Its settings, by the schema.")
    camera: str | None = Field(
        default=None, max_length=64, description="The camera whose secrets the marks stand for."
    )


class ProbeReply(BaseModel):
    """What a camera showed."""

    ok: bool = Field(description="There was a picture.")
    error: str | None = Field(default=None, description="Why there was none, as a sentence.")
    remedy: str | None = Field(default=None, description="What to do about it.")
    width: int | None = Field(default=None, description="Of its pictures, in pixels.")
    height: int | None = Field(default=None, description="Of its pictures, in pixels.")
    codec: str | None = Field(default=None, description="FFmpeg's name; null: pictures one by one.")
    frames_per_second: float | None = Field(default=None, description="As measured for a second.")
    plays_in_browser: bool = Field(default=False, description="Its own video can be shown as it comes.")
    picture: str | None = Field(default=None, description="A picture: JPEG in Base64.")


class ActionTrial(BaseModel):
    """An action that is to be tried."""

    model_config = ConfigDict(extra="forbid")

    settings: dict[str, Any] = Field(description="Its settings, by the schema.")
    name: str | None = Field(
        default=None, max_length=64, description="The action whose secrets the marks stand for."
    )


class ActionTried(BaseModel):
    """It was carried out."""

    ok: bool = Field(description="Always true; a refusal says what went wrong.")


def set_up_of(appliance: Appliance) -> SetUp:
    """The file.

    Raises:
        Refusal: 409, there is none.
    """
    if appliance.set_up is None:
        raise Refusal(
            409,
            "this run has no file to write into.",
            "Start it with one: vedette run CONFIG, or vedette run.",
        )
    return appliance.set_up


@contextmanager
def refused(at: DottedPath = ()) -> Iterator[None]:
    """What is wrong becomes a refusal: `field: sentence`, a line each; `at` is where the form's part stands.

    Raises:
        Refusal: 422, something was typed that cannot be; 409, the file cannot be used or changed.
    """
    try:
        yield
    except DraftError as error:
        raise _unfit(error.problems, at) from None
    except InvalidConfigurationError as error:
        raise _unfit(error.problems, at) from None
    except ConfigurationError as error:
        raise Refusal(409, error.message, error.remedy) from None


def _unfit(problems: Any, at: DottedPath) -> Refusal:
    lines = [_line(problem, at) for problem in problems]
    return Refusal(422, "\n".join(lines), "Nothing was changed.")


def _line(problem: Problem, at: DottedPath) -> str:
    path = problem.path[len(at) :] if problem.path[: len(at)] == at else problem.path
    field = ".".join(str(part) for part in path)
    return f"{field}: {problem.sentence}" if field else problem.sentence


async def answered(worker: Worker, work: Callable[[], Result], at: DottedPath = ()) -> Result:
    """`work()` in the worker, with `refused`."""

    def guarded() -> Result:
        with refused(at):
            return work()

    return await worker.run(guarded)


def configuration_routes(service: Service) -> APIRouter:
    """The routes below `/api/v1/configuration` that change nothing."""
    router = APIRouter(prefix="/api/v1/configuration", tags=["configuration"])
    appliance = service.appliance

    @router.get("", summary="The configuration without its secrets", responses=refusals(503, _409=_NO_FILE))
    async def get_configuration(response: Response) -> ConfigurationReply:
        set_up = set_up_of(appliance)
        standing = await answered(service.chores, set_up.read)
        response.headers["ETag"] = f'"{standing.page.mark}"'
        return _reply(set_up, standing, appliance)

    @router.get("/text", summary="The file's own words", responses=refusals(503, _409=_NO_FILE))
    async def get_text() -> TextReply:
        set_up = set_up_of(appliance)
        standing = await answered(service.chores, set_up.read)
        return TextReply(path=str(set_up.path), etag=standing.page.mark, text=set_up.text(standing))

    @router.get("/schema", summary="What a configuration may hold: JSON Schema", responses=refusals())
    async def get_schema() -> dict[str, Any]:
        return await service.chores.run(configuration_schema)

    @router.get("/devices", summary="The cameras at this machine", responses=refusals(503))
    async def list_devices() -> list[DeviceReply]:
        found = await service.chores.run(lambda: camera_nodes(ROOT))
        return [DeviceReply(device=str(node), name=name) for node, name in found]

    _add_trials(router, service)
    return router


def _add_trials(router: APIRouter, service: Service) -> None:
    appliance = service.appliance

    @router.post(
        "/cameras/test",
        summary="Connect to a camera that is not configured yet, for ten seconds at most",
        responses=refusals(408, 413, 422, 503, _409=_NO_FILE),
    )
    async def test_camera(trial: Trial) -> ProbeReply:
        set_up = set_up_of(appliance)
        path = ("cameras", trial.camera or "new")
        return await answered(service.trials, lambda: _probed(set_up, trial), path)

    @router.post(
        "/actions/test",
        summary="Carry an action out that is not configured yet, once",
        responses=refusals(408, 413, 422, 503, _409=_NO_FILE, _502="It was not done; the error says why."),
    )
    async def test_action(trial: ActionTrial) -> ActionTried:
        set_up = set_up_of(appliance)
        path = ("actions", trial.name or "new")

        def tried() -> ActionTried:
            try_action(trial.name or "test", set_up.action(trial.name, trial.settings))
            return ActionTried(ok=True)

        return await answered(service.trials, tried, path)


_NO_FILE = "This run has no file, or the file cannot be used."


def _reply(set_up: SetUp, standing: Standing, appliance: Appliance) -> ConfigurationReply:
    config, written = standing.config, standing.written
    troubles = appliance.system.troubles.items()
    return ConfigurationReply(
        path=str(set_up.path),
        etag=standing.page.mark,
        cameras=[
            shown_camera(name, camera, value_at(written, ("cameras", name)))
            for name, camera in config.cameras.items()
        ],
        actions=[
            ActionShown(
                name=name,
                settings=masked(action, value_at(written, ("actions", name))),
                is_in_file_only=action.kind in IN_FILE_ONLY,
            )
            for name, action in config.actions.items()
        ],
        service=ServiceFacts(
            host=config.service.host,
            port=config.service.port,
            access=config.service.access,
            classifier=config.service.classifier,
            storage=str(config.storage.folder),
        ),
        missing={key.partition(" ")[2]: why for key, why in troubles if key.startswith("classifier ")},
    )


def _probed(set_up: SetUp, trial: Trial) -> ProbeReply:
    settings = set_up.source(trial.camera, trial.source)
    try:
        seen = probe(settings)
    except SourceError as error:
        return ProbeReply(ok=False, error=error.message, remedy=error.remedy)
    return ProbeReply(
        ok=True,
        width=seen.width,
        height=seen.height,
        codec=seen.codec,
        frames_per_second=seen.frames_per_second,
        plays_in_browser=seen.plays_in_browser,
        picture=base64.b64encode(seen.picture_jpeg).decode(),
    )
