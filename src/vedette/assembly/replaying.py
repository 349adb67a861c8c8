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
from vedette.pipeline.explain_strip import Pieces
from vedette.pipeline.explain_window import Window

LONGEST_SECONDS = 3600.0

_NEVER_SECONDS = 1e9
_GRAIN_SECONDS = 0.25
"""Two frames at ten rows a second: what lies closer is the log's grain."""
_WELL = 0.97
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
    """What was, what would have been, and how well the same replay gives what was.

    `agreement` is the share of the time, 0..1, in which the replay with the settings that run has the
    state that the log has; None if the rule does not run yet.
    """

    window: Window
    known_since: datetime | None
    before: ActiveTime
    after: Replayed
    unchanged: ActiveTime | None
    agreement: float | None
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
    before = logged(pieces, scene)
    after = replay(pieces, scene, lambda: build_rule(wanted))
    unchanged = None
    if running is not None:
        unchanged = replay(pieces, _scene(config, running), lambda: build_rule(running)).active
    known_since = log.known_since(question.camera)
    known_seconds = (now - max(window.since, known_since or now)).total_seconds()
    apart = None if unchanged is None else unchanged.differs_by(before)
    agreement = None if apart is None else max(0.0, 1.0 - apart / max(1.0, known_seconds))
    has_others = running is not None and _had_other_thresholds(pieces, running)
    compared = before if unchanged is None else unchanged
    return ReplayAnswer(
        window,
        known_since,
        before,
        after,
        unchanged,
        agreement,
        len(compared.spans) != len(after.active.spans) or compared.differs_by(after.active) > _GRAIN_SECONDS,
        _caveat(after, agreement, has_others=has_others),
    )


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


def _had_other_thresholds(pieces: Pieces, running: AnyRule) -> bool:
    """Whether the rule was another one for a part of the time."""
    for rows, ring in pieces:
        if running.name in ring.rules and len(rows):
            cells = rows["rules"][:, ring.rules.index(running.name)]
            cells = cells[cells["is_there"]]
            for name in ("enter_at", "leave_at"):
                if (abs(cells[name] - getattr(running, name)) > 1e-3).any():
                    return True
    return False


def _caveat(after: Replayed, agreement: float | None, *, has_others: bool) -> str:
    if not after.looks:
        return "Nobody looked in that time: there is nothing to judge anew."
    grain = "frames of a busy moment share a row: a change of state may lie some tenths of a second off"
    said = [f"Judged anew from {after.looks} logged looks; {grain}."]
    if has_others:
        said.append("The rule had other settings for a part of that time: what was is not what runs now.")
    elif agreement is not None and agreement < _WELL:
        said.append(
            f"With the settings that run, the same replay agrees with what was on {agreement * 100:.0f} %"
            " of the time only: take the figures for a hint."
        )
    if after.uncertain.seconds >= 1.0:
        said.append(
            f"For {after.uncertain.seconds:.0f} s the changed rule would have asked for looks that nobody"
            " took; the state is taken to have held."
        )
    return " ".join(said)
