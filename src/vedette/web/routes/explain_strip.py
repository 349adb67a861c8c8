"""A stretch of the last hour as a chart shows it: every stage's lane under one time axis."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from vedette.errors import StoreError
from vedette.pipeline.explain_answer import as_json
from vedette.pipeline.explain_columns import Columns
from vedette.pipeline.explain_strip import Strip, as_numbers, likeliest, reach, strip
from vedette.web.happened import happened
from vedette.web.names import refuse_wrong_name
from vedette.web.protocol import Appliance
from vedette.web.refusal import Refusal, refusals
from vedette.web.routes.explain import ExplainQuery
from vedette.web.service import Service

_LONGEST_SECONDS = 2 * 3600.0

Series = list[float | None]


class StripQuery(ExplainQuery):
    """Which time, in how many columns."""

    columns: int = Field(default=600, ge=1, le=2000, description="Into how many columns it is divided.")


class GateReply(BaseModel):
    """What moved, a value a column; null where no frame came."""

    energy: Series = Field(description="The highest share of the picture that differed, 0..1.")
    threshold: Series = Field(description="Above it the gate opens.")
    open: Series = Field(description="Share of the frames on which it was open, 0..1, the highest.")
    reason: list[int] = Field(description="Why, the number of a word; -1 none.")


class LooksReply(BaseModel):
    """What a classifier answered, a value a column."""

    name: str = Field(description="The classifier.")
    classes: dict[str, Series] = Field(description="Each likely class's highest confidence, 0..1.")
    looked: Series = Field(description="1 where it looked, 0 where it did not; null where no frame came.")
    refused: Series = Field(description="1 where a look was due and not served.")
    unknown: Series = Field(description="1 where a picture was like none of the classes.")
    reason: list[int] = Field(description="Why it looked, or did not: the number of a word; -1 none.")


class RuleReply(BaseModel):
    """A rule's evidence and state, a value a column."""

    name: str = Field(description="The rule.")
    highest: Series = Field(description="The highest evidence, in nats.")
    lowest: Series = Field(description="The lowest evidence, in nats.")
    enter_at: Series = Field(description="The state is entered there.")
    leave_at: Series = Field(description="The state is left there.")
    confidence: Series = Field(description="The highest confidence of one frame, 0..1.")
    state: list[int] = Field(description="0 undecided, 1 active, 2 inactive; -1 where it was not asked.")
    changes: list[dict[str, Any]] = Field(description="Every change of its state, with its reason.")


class StripReply(BaseModel):
    """The lanes of one camera."""

    camera: str = Field(description="The camera.")
    since: datetime = Field(description="The first column begins, UTC.")
    until: datetime = Field(description="The last column ends, UTC.")
    now: datetime = Field(description="The appliance's clock, UTC.")
    known_since: datetime | None = Field(description="The log begins, UTC; null: nothing is known.")
    columns: int = Field(description="How many there are.")
    seconds_per_column: float = Field(description="How long one is.")
    words: list[str] = Field(description="The reasons by number.")
    rate: Series = Field(description="Frames a second; null where none came.")
    gate: GateReply = Field(description="What moved.")
    classifiers: list[LooksReply] = Field(description="What was answered.")
    rules: list[RuleReply] = Field(description="What was concluded.")
    events: list[dict[str, Any]] = Field(description="Events that were open then.")
    deliveries: list[dict[str, Any]] = Field(description="What actions told, or failed to.")
    actuators: list[dict[str, Any]] = Field(description="Each actuator's states.")
    remarks: list[dict[str, Any]] = Field(description="What is none of these: a camera lost, a clock set.")
    trouble: str | None = Field(description="Why events and deliveries are not known; null: they are.")


def explain_strip_routes(service: Service) -> APIRouter:
    """`GET /api/v1/explain/strip`."""
    router = APIRouter(prefix="/api/v1/explain", tags=["explain"])
    appliance = service.appliance

    @router.get(
        "/strip", summary="Every stage's lane, a value for each column", responses=refusals(404, 422, 503)
    )
    async def get_strip(query: Annotated[StripQuery, Query()]) -> StripReply:
        window = query.window
        known = {*appliance.cameras, *appliance.explain.cameras}
        refuse_wrong_name(query.camera, known, "camera", "/api/v1/cameras")
        if window.seconds > _LONGEST_SECONDS:
            raise Refusal(422, "that is more than two hours.", "The log holds one hour: ask for less.")
        columns = Columns(window, query.columns)
        return await service.store.run(lambda: _reply(appliance, query.camera, columns))

    return router


def _reply(appliance: Appliance, camera: str, columns: Columns) -> StripReply:
    window, log = columns.window, appliance.explain
    lanes = strip(log.pieces(camera, reach(window)), columns)
    try:
        others, trouble = happened(appliance, camera, window), None
    except StoreError as error:
        others, trouble = happened(appliance, camera, window, is_store_asked=False), str(error)
    return StripReply(
        camera=camera,
        since=window.since,
        until=window.until,
        now=datetime.now(UTC),
        known_since=log.known_since(camera),
        columns=columns.count,
        seconds_per_column=columns.seconds,
        **_lanes(lanes),
        **as_json(asdict(others)),
        trouble=trouble,
    )


def _lanes(lanes: Strip) -> dict[str, Any]:
    gate = lanes.gate
    return {
        "rate": as_numbers(lanes.rate, 2),
        "gate": GateReply(
            energy=as_numbers(gate.energy),
            threshold=as_numbers(gate.threshold),
            open=as_numbers(gate.open_share, 2),
            reason=gate.reason.tolist(),
        ),
        "classifiers": [
            LooksReply(
                name=name,
                classes={label: as_numbers(line, 3) for label, line in likeliest(looks.classes).items()},
                looked=as_numbers(looks.looked, 0),
                refused=as_numbers(looks.refused, 0),
                unknown=as_numbers(looks.unknown, 0),
                reason=looks.reason.tolist(),
            )
            for name, looks in lanes.looks.items()
        ],
        "rules": [
            RuleReply(
                name=name,
                highest=as_numbers(rule.highest, 2),
                lowest=as_numbers(rule.lowest, 2),
                enter_at=as_numbers(rule.enter_at, 2),
                leave_at=as_numbers(rule.leave_at, 2),
                confidence=as_numbers(rule.confidence, 2),
                state=[-1 if state is None else int(state) for state in as_numbers(rule.state, 0)],
                changes=[as_json(asdict(change)) for change in rule.changes],
            )
            for name, rule in lanes.rules.items()
        ],
        "words": list(lanes.words.all),
    }
