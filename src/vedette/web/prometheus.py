"""The one file that knows prometheus-client: counts and measures as a scrape finds them.

https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from vedette import __version__
from vedette.errors import StoreError
from vedette.pipeline.metrics import Histogram
from vedette.sources.protocol import SourceStatus
from vedette.values.outbox import OutboxState
from vedette.web.protocol import Appliance
from vedette.web.readiness import why_not_ready

_CAMERA_COUNTS = {
    "frames": "Frames that a camera handed on.",
    "dropped": "Frames that came too late and were not handed on.",
    "corrupt": "Packets or pictures that could not be decoded.",
    "reconnects": "Connections after the first.",
}


class Scrape:
    """A registry of its own that reads the appliance's statuses when it is asked; may block for the disk."""

    def __init__(self, appliance: Appliance) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Appliance(appliance))
        # Memory, descriptors and processor time, under the names that every process has.
        ProcessCollector(registry=self._registry)

    def text(self, accepted: str) -> tuple[bytes, str]:
        """The exposition in the best format of an Accept header, and its content type."""
        encode, media_type = choose_encoder(accepted)
        return encode(self._registry), media_type


class _Appliance(Collector):
    def __init__(self, appliance: Appliance) -> None:
        self._appliance = appliance

    def describe(self) -> Iterable[Metric]:
        """None ahead: nothing is asked before the first scrape."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every family, as it is at this moment."""
        yield from _whole(self._appliance)
        yield from _cameras(self._appliance.cameras)
        yield from _decisions(self._appliance)
        yield from _events(self._appliance)
        yield from _outbox(self._appliance)


def _whole(appliance: Appliance) -> Iterator[Metric]:
    about = GaugeMetricFamily("vedette_info", "Versions; always 1.", labels=["version", "python"])
    about.add_metric([__version__, platform.python_version()], 1)
    yield about
    system = appliance.system
    yield GaugeMetricFamily(
        "vedette_ready", "1 if nothing keeps it from its work.", not why_not_ready(appliance)
    )
    yield GaugeMetricFamily("vedette_uptime_seconds", "Since it was started.", system.uptime_seconds)
    yield _counters("vedette_restarts", "How often a part was started again.", ["part"], system.restarts)
    yield GaugeMetricFamily(
        "vedette_storage_free_bytes", "Free on the disk of the storage folder.", system.storage.free_bytes
    )
    yield GaugeMetricFamily(
        "vedette_storage_ok", "1 if events are recorded where they should be.", system.storage.trouble is None
    )
    temperatures = GaugeMetricFamily("vedette_temperature_celsius", "By sensor.", labels=["sensor"])
    for sensor, celsius in system.temperatures.items():
        temperatures.add_metric([sensor], celsius)
    yield temperatures


def _cameras(cameras: Mapping[str, SourceStatus]) -> Iterator[Metric]:
    connected = GaugeMetricFamily("vedette_camera_connected", "1 while it delivers.", labels=["camera"])
    for name, status in cameras.items():
        connected.add_metric([name], status.state == "connected")
    yield connected
    for count, meaning in _CAMERA_COUNTS.items():
        values = {name: getattr(status, count) for name, status in cameras.items()}
        yield _counters(f"vedette_camera_{count}", meaning, ["camera"], values)


def _decisions(appliance: Appliance) -> Iterator[Metric]:
    cameras = appliance.metrics.cameras
    yield _histograms(
        "vedette_frame_decision_seconds",
        "From a decoded frame to the last rule's verdict, of frames that were judged.",
        "camera",
        {name: measures.decision_seconds for name, measures in cameras.items()},
    )
    yield _histograms(
        "vedette_look_seconds",
        "From a decoded frame to the network's answer.",
        "camera",
        {name: measures.look_seconds for name, measures in cameras.items()},
    )
    refused = {name: measures.looks_not_served for name, measures in cameras.items()}
    yield _counters("vedette_looks_not_served", "Looks that were due and not served.", ["camera"], refused)
    failed = {name: measures.looks_failed for name, measures in cameras.items()}
    yield _counters("vedette_looks_failed", "Looks at which the network failed.", ["camera"], failed)


def _events(appliance: Appliance) -> Iterator[Metric]:
    metrics = appliance.metrics
    yield _counters("vedette_events", "Events that were opened.", ["camera", "rule"], metrics.events)
    yield _histograms(
        "vedette_store_write_seconds", "An event's way to the disk.", "", {"": metrics.store_seconds}
    )
    yield _histograms(
        "vedette_delivery_seconds",
        "From an event's phase to an action that was carried out.",
        "action",
        metrics.deliveries,
    )


def _outbox(appliance: Appliance) -> Iterator[Metric]:
    delivery = appliance.delivery.status
    yield _counters(
        "vedette_deliveries",
        "Entries that actions carried out.",
        ["action"],
        {name: status.done for name, status in delivery.items()},
    )
    yield _counters(
        "vedette_delivery_failures",
        "Attempts of actions that failed.",
        ["action"],
        {name: status.failed for name, status in delivery.items()},
    )
    entries = GaugeMetricFamily(
        "vedette_outbox_entries", "What is still to be told, or was given up.", labels=["action", "state"]
    )
    try:
        counts = appliance.outbox.counts()
    except StoreError:
        return  # a gap is the truth; vedette_storage_ok says why
    for (action, state), count in counts.items():
        if state is not OutboxState.DELIVERED:
            entries.add_metric([action, state.value], count)
    yield entries


def _counters(
    name: str, meaning: str, labels: Sequence[str], values: Mapping[str, int] | Mapping[tuple[str, str], int]
) -> Metric:
    family = CounterMetricFamily(name, meaning, labels=labels)
    for key, value in values.items():
        family.add_metric([key] if isinstance(key, str) else list(key), value)
    return family


def _histograms(name: str, meaning: str, label: str, histograms: Mapping[str, Histogram]) -> Metric:
    family = HistogramMetricFamily(name, meaning, labels=[label] if label else [])
    for value, histogram in histograms.items():
        bounds = [*(f"{bound:g}" for bound in histogram.bounds), "+Inf"]
        sums = accumulate(list(histogram.counts))
        buckets = [(bound, float(sum_)) for bound, sum_ in zip(bounds, sums, strict=True)]
        family.add_metric([value] if label else [], buckets, histogram.total)
    return family
