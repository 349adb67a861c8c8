"""What other decision settings would have made of the last hour, before anybody saves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from vedette.assembly.build import build_rule
from vedette.assembly.cameras import health_of
from vedette.config.schema import AnyRule, CameraConfig
from vedette.errors import UsageError
from vedette.pipeline.explain_log import ExplainLog
from vedette.pipeline.explain_replay import Replayed, Scene, logged, replay
from vedette.pipeline.explain_spans import ActiveTime
from vedette.pipeline.explain_window import Window

LONGEST_SECONDS = 3600.0

_NEVER_SECONDS = 1e9
_GRAIN_SECONDS = 0.25
"""Two frames at ten rows a second: what lies closer is the log's grain."""
_RULES: TypeAdapter[AnyRule] = TypeAdapter(AnyRule)
_NO_EFFECT = ("name", "actions", "importance")


@dataclass(frozen=True, slots=True)
class ReplayQuestion:
    """The rule's settings that are to be other ones; None stands for a setting's default."""

    camera: str
    rule: str
    changes: Mapping[str, Any]
    seconds: float = LONGEST_SECONDS


@dataclass(frozen=True, slots=True)
class ReplayAnswer:
    """What the settings in force and the wanted ones make of the same logged looks, and what really was.

    `before` is None if the rule does not run yet. `logged` differs from it where the rule was another one
    for a part of the time, or was made in it.
    """

    window: Window
    known_since: datetime | None
    logged: ActiveTime
    before: ActiveTime | None
    after: Replayed
    is_changed: bool
    caveat: str


def replayed(log: ExplainLog, config: CameraConfig, question: ReplayQuestion) -> ReplayAnswer:
    """The answer; takes up to half a second for a busy hour.

    Raises:
        UsageError: settings that no rule can have, or nothing to replay.
    """
    now = datetime.now(UTC)
    window = Window(now - timedelta(seconds=question.seconds), now)
    running = next((rule for rule in config.rules if rule.name == question.rule), None)
    wanted = _wanted(running, question)
    if wanted.classifier not in config.classifiers:
        raise UsageError(
            f"camera {question.camera} does not ask classifier {wanted.classifier!r}:"
            " the log has no looks of it.",
            f"It asks {', '.join(config.classifiers) or 'none'}.",
        )
    pieces = log.pieces(question.camera, window)
    scene = _scene(config, wanted)
    after = replay(pieces, scene, lambda: build_rule(wanted))
    before = None
    if running is not None:
        before = replay(pieces, _scene(config, running), lambda: build_rule(running)).active
    return ReplayAnswer(
        window,
        log.known_since(question.camera),
        logged(pieces, scene),
        before,
        after,
        before is None or _differ(before, after.active),
        _caveat(after),
    )


def _differ(one: ActiveTime, other: ActiveTime) -> bool:
    return len(one.spans) != len(other.spans) or one.differs_by(other) > _GRAIN_SECONDS


def _wanted(running: AnyRule | None, question: ReplayQuestion) -> AnyRule:
    settings: dict[str, Any] = {} if running is None else running.model_dump()
    for name, value in question.changes.items():
        if name in _NO_EFFECT:
            continue
        if value is None:
            settings.pop(name, None)
        else:
            settings[name] = value
    settings["name"] = question.rule
    if not settings.keys() >= {"kind", "classifier", "label"}:
        raise UsageError(
            f"camera {question.camera} has no rule {question.rule!r}.",
            "Name one that it has, or send all settings of a new one: kind, classifier, label.",
        )
    try:
        return _RULES.validate_python(settings)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"] if part not in ("presence", "absence"))
        raise UsageError(
            f"rule {question.rule!r} cannot be replayed: {f'{field}: ' if field else ''}{first['msg']}.",
            "Correct the setting; one that the rule has not is refused, too.",
        ) from error


def _scene(config: CameraConfig, rule: AnyRule) -> Scene:
    lost_after = health_of(config).lost_after_seconds
    return Scene(
        rule=rule.name,
        classifier=rule.classifier,
        label=rule.label,
        forget_seconds=_NEVER_SECONDS if lost_after is None else lost_after,
        check_seconds=config.attention.check_every_seconds,
    )


def _caveat(after: Replayed) -> str:
    if not after.looks:
        return "Nothing was looked at in that time: there is nothing to work out."
    said = ["Worked out from what was seen in that time; a beginning or an end may be off by half a second."]
    if after.uncertain.seconds >= 1.0:
        said.append(
            f"For {after.uncertain.seconds:.0f} s these settings would have wanted to look where nobody"
            " looked: what was so before is taken to have stayed so."
        )
    return " ".join(said)
