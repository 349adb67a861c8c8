"""What an appliance is made of, changed while it runs: in its file, and then in itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.config.anchoring import anchored
from vedette.config.drafting import (
    ACTION,
    GATE,
    RULE,
    SOURCE,
    Before,
    Drafted,
    DraftError,
    changes_to,
    drafted,
)
from vedette.config.editing import Append, Change, TakeOut, amended, as_written
from vedette.config.loading import Loaded, load
from vedette.config.masking import masked, masked_text, value_at
from vedette.config.nodes import parse
from vedette.config.notebook import Notebook, Page
from vedette.config.problems import DottedPath, Problem
from vedette.config.readiness import refuse_unready
from vedette.config.schema import CameraConfig, Config
from vedette.errors import ConfigurationError, VedetteError

IN_FILE_ONLY = frozenset({"command", "gpio"})
"""Actions that run a program or move something: only who can write the file may make them."""

_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """The file as it stands: its text, what it says, and how it says it."""

    page: Page
    loaded: Loaded
    written: Any = field(repr=False)

    @property
    def config(self) -> Config:
        """What it says."""
        return self.loaded.config


@dataclass(frozen=True, slots=True)
class Done:
    """A change that was made: sentences of what the appliance did, and the new text's mark."""

    changes: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be written, and which secrets beside it."""

    changes: Sequence[Change]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class SetUp:
    """Changes the file that the appliance was started with, and has the appliance take it over.

    `mark` is that of the text which whoever asks has seen; another text is not changed. Every member
    blocks; any thread may call. All raise ConfigurationError for a file that cannot be used, and
    DraftError for what was typed and cannot be; then everything is as it was.
    """

    def __init__(self, notebook: Notebook, classifiers: Path, reload: Callable[[], Sequence[str]]) -> None:
        self._notebook = notebook
        self._classifiers = classifiers
        self._reload = reload
        self._turn = threading.Lock()

    @property
    def path(self) -> Path:
        """The file."""
        return self._notebook.path

    def read(self) -> Standing:
        """The file as it stands."""
        page = self._notebook.read()
        written = as_written(parse(page.text, self.path))
        return Standing(page, load(page.text, self.path), written if isinstance(written, dict) else {})

    def text(self, standing: Standing) -> str:
        """The file's text with marks for what is secret."""
        return masked_text(standing.page.text, standing.config, self.path)

    def source(self, camera: str | None, sent: Mapping[str, Any]) -> Any:
        """The settings of a source that is to be tried; a mark stands for what that camera has."""
        path = ("cameras", camera or "new", "source")
        draft = drafted(SOURCE, path, sent, self._before(self.read(), path))
        return anchored(draft.settings, self.path.absolute().parent)

    def action(self, name: str | None, sent: Mapping[str, Any]) -> Any:
        """The settings of an action that is to be tried."""
        _refuse_kind(sent)
        path = ("actions", name or "new")
        draft = drafted(ACTION, path, sent, self._before(self.read(), path))
        return anchored(draft.settings, self.path.absolute().parent)

    def put_source(self, camera: str, sent: Mapping[str, Any], mark: str, *, is_new: bool = False) -> Done:
        """A new camera, or another source for one that is there; `is_new`: not for one that is there."""

        def plan(standing: Standing) -> Planned:
            if is_new:
                _refuse_there(standing.config.cameras, camera, "camera")
            return self._part(standing, SOURCE, ("cameras", camera, "source"), sent)

        return self._change(mark, plan)

    def remove_camera(self, camera: str, mark: str) -> Done:
        """The camera is gone, with its rules."""
        return self._change(mark, lambda standing: _removal(standing, ("cameras", camera)))

    def put_masks(self, camera: str, masks: Sequence[Sequence[Sequence[float]]], mark: str) -> Done:
        """What the camera's gate does not watch."""
        polygons = [[[_short(x), _short(y)] for x, y in corners] for corners in masks]

        def plan(standing: Standing) -> Planned:
            _refuse_missing(standing, ("cameras", camera))
            sent = {"kind": standing.config.cameras[camera].gate.kind, "masks": polygons}
            return self._part(standing, GATE, ("cameras", camera, "gate"), sent)

        return self._change(mark, plan)

    def put_classifiers(self, camera: str, classifiers: Sequence[str], mark: str) -> Done:
        """Which classifiers look at the camera's pictures."""

        def plan(standing: Standing) -> Planned:
            _refuse_missing(standing, ("cameras", camera))
            path = ("cameras", camera, "classifiers")
            _refuse_asked(standing.config.cameras[camera], path, classifiers)
            return Planned(list(changes_to(path, value_at(standing.written, path), list(classifiers))))

        return self._change(mark, plan)

    def put_rule(self, camera: str, rule: str | None, sent: Mapping[str, Any], mark: str) -> Done:
        """A new rule (None), or other settings for one that is there."""

        def plan(standing: Standing) -> Planned:
            _refuse_missing(standing, ("cameras", camera))
            path = ("cameras", camera, "rules")
            if rule is None:
                draft = drafted(RULE, (*path, len(standing.config.cameras[camera].rules)), sent, Before())
                return Planned([Append(path, draft.written)])
            return self._part(standing, RULE, (*path, _rule_number(standing, camera, rule)), sent)

        return self._change(mark, plan)

    def remove_rule(self, camera: str, rule: str, mark: str) -> Done:
        """The rule is gone."""

        def plan(standing: Standing) -> Planned:
            _refuse_missing(standing, ("cameras", camera))
            number = _rule_number(standing, camera, rule)
            return Planned([TakeOut(("cameras", camera, "rules", number))])

        return self._change(mark, plan)

    def put_action(self, name: str, sent: Mapping[str, Any], mark: str, *, is_new: bool = False) -> Done:
        """A new action, or other settings for one that is there; `is_new`: not for one that is there."""

        def plan(standing: Standing) -> Planned:
            if is_new:
                _refuse_there(standing.config.actions, name, "action")
            _refuse_kind(sent)
            _refuse_kind({"kind": getattr(standing.config.actions.get(name), "kind", None)})
            return self._part(standing, ACTION, ("actions", name), sent)

        return self._change(mark, plan)

    def remove_action(self, name: str, mark: str) -> Done:
        """The action is gone."""

        def plan(standing: Standing) -> Planned:
            _refuse_kind({"kind": getattr(standing.config.actions.get(name), "kind", None)})
            return _removal(standing, ("actions", name))

        return self._change(mark, plan)

    def _part(self, standing: Standing, adapter: Any, path: DottedPath, sent: Mapping[str, Any]) -> Planned:
        draft: Drafted = drafted(adapter, path, sent, self._before(standing, path))
        return Planned(
            list(changes_to(path, value_at(standing.written, path), draft.written)),
            {f"secrets/{name}": secret for name, secret in draft.secrets.items()},
        )

    def _before(self, standing: Standing, path: DottedPath) -> Before:
        settings: Any = standing.config
        for key in path:
            if isinstance(settings, Mapping):
                settings = settings.get(key)
            elif isinstance(settings, tuple):
                settings = settings[int(key)]
            else:
                settings = getattr(settings, str(key), None)
        return Before(settings, value_at(standing.written, path))

    def _change(self, mark: str, plan: Callable[[Standing], Planned]) -> Done:
        with self._turn:
            standing = self.read()
            if mark != standing.page.mark:
                raise ConfigurationError(
                    f"{self.path.name} was changed since this page read it.",
                    "Load it again; what was typed here is not written.",
                )
            planned = plan(standing)
            text = amended(standing.page.text, planned.changes, self.path)
            forgotten = self._notebook.read_former()
            before = self._notebook.keep_secrets(planned.secrets)
            try:
                refuse_unready(load(text, self.path), text, self.path, self._classifiers)
                self._notebook.write(text, standing.page)
                said = self._reload()
            except VedetteError:
                self._notebook.restore(standing.page, before)
                raise
            self._notebook.drop_secrets(forgotten)
            return Done(tuple(said), Page(text).mark)


def shown_camera(name: str, camera: CameraConfig, written: Any) -> dict[str, Any]:
    """A camera as a form shows it."""
    return {"name": name, **masked(camera, written)}


def _short(share: float) -> float:
    """As a person would write it."""
    rounded = round(share, _DECIMALS)
    return int(rounded) if rounded in (0, 1) else rounded


def _removal(standing: Standing, path: DottedPath) -> Planned:
    _refuse_missing(standing, path)
    return Planned([TakeOut(path)])


def _refuse_there(known: Mapping[str, Any], name: str, what: str) -> None:
    if name in known:
        raise ConfigurationError(f"the name {name} is taken by another {what}.", "Choose another name.")


def _refuse_missing(standing: Standing, path: DottedPath) -> None:
    if value_at(standing.written, path) is None:
        raise ConfigurationError(f"the file has no {'.'.join(map(str, path))}.", "Load it again.")


def _refuse_asked(camera: CameraConfig, path: DottedPath, left: Sequence[str]) -> None:
    asking = [rule for rule in camera.rules if rule.classifier not in left]
    if asking:
        named = ", ".join(f"rule `{rule.name}` asks {rule.classifier}" for rule in asking)
        raise DraftError([Problem(None, path, f"{named}: change that, or remove it first.")])


def _refuse_kind(sent: Mapping[str, Any]) -> None:
    if sent.get("kind") in IN_FILE_ONLY:
        raise ConfigurationError(
            f"an action of kind {sent['kind']} is made in the file only: it runs or moves something.",
            "Write it with an editor, and read the configuration again.",
        )


def _rule_number(standing: Standing, camera: str, rule: str) -> int:
    for number, each in enumerate(standing.config.cameras[camera].rules):
        if each.name == rule:
            return number
    raise ConfigurationError(f"camera {camera} has no rule of that name.", "Load it again.")
