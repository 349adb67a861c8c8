"""How long things took since the start: the same histograms as /metrics has, with their quantiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vedette.pipeline.metrics import Histogram, Metrics
from vedette.web.refusal import refusals
from vedette.web.service import Service


class LatencyReply(BaseModel):
    """One histogram. A quantile is found between its bucket's bounds; null before the first measure."""

    name: str = Field(description="What was measured, as in /metrics without `vedette_`.")
    label: str = Field(description="Of which camera or action; empty if there is one only.")
    meaning: str = Field(description="In words.")
    bounds: list[float] = Field(description="Upper bounds of the buckets, in seconds, each included.")
    counts: list[int] = Field(description="Measures in each bucket; one more is beyond the last bound.")
    count: int = Field(description="All of them.")
    mean_seconds: float | None = Field(description="On average.")
    median_seconds: float | None = Field(description="Half of them took no longer.")
    p99_seconds: float | None = Field(description="99 of 100 took no longer; null: beyond the last bound.")


class LatenciesReply(BaseModel):
    """All of them."""

    latencies: list[LatencyReply] = Field(description="Frames first, then what follows from them.")


def latency_routes(service: Service) -> APIRouter:
    """`GET /api/v1/system/latencies`."""
    router = APIRouter(tags=["system"])

    @router.get("/api/v1/system/latencies", summary="Histograms of durations", responses=refusals())
    async def list_latencies() -> LatenciesReply:
        return LatenciesReply(latencies=list(_latencies(service.appliance.metrics)))

    return router


def _latencies(metrics: Metrics) -> Iterator[LatencyReply]:
    cameras = metrics.cameras
    decisions = {name: measures.decision_seconds for name, measures in cameras.items()}
    yield from _replies("frame_decision_seconds", "From a frame to the decision", decisions)
    looks = {name: measures.look_seconds for name, measures in cameras.items()}
    yield from _replies("look_seconds", "From a frame to the network's answer", looks)
    yield from _replies("store_write_seconds", "An event's way to the disk", {"": metrics.store_seconds})
    yield from _replies("delivery_seconds", "From an event to its delivery", metrics.deliveries)


def _replies(name: str, meaning: str, histograms: Mapping[str, Histogram]) -> Iterator[LatencyReply]:
    for label, histogram in histograms.items():
        counts = list(histogram.counts)
        count = sum(counts)
        yield LatencyReply(
            name=name,
            label=label,
            meaning=meaning,
            bounds=list(histogram.bounds),
            counts=counts,
            count=count,
            mean_seconds=histogram.total / count if count else None,
            median_seconds=histogram.quantile(0.5),
            p99_seconds=histogram.quantile(0.99),
        )
