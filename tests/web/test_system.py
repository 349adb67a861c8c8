from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from parts.stored_events import event
from parts.web_server import Plan, Storage, trail
from vedette.pipeline.inference_queue import CameraStatistics
from vedette.sources.protocol import SourceStatus
from vedette.values.event import Phase
from vedette.values.observation import Looked, NotLooked
from vedette.values.outbox import OutboxEntry
from vedette.values.prediction import Classification


def test_it_is_ready_when_everything_does_its_work(asking):
    reply = asking.get("/readyz")
    assert (reply.status_code, reply.json()) == (200, {"is_ready": True, "reasons": []})


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("a camera without a frame", "garden"),
        ("a store in trouble", "the disk is full"),
        ("a network that failed", "network lite0: it hangs"),
    ],
)
def test_it_is_not_ready_and_says_why(stored, asking, what, reason):
    match what:
        case "a camera without a frame":
            stored.cameras["garden"] = SourceStatus(state="connecting")
            stored.plans["garden"] = Plan("rtsp")
        case "a store in trouble":
            stored.system.storage = Storage(trouble="the disk is full.")
        case _:
            stored.system.troubles["network lite0"] = "it hangs."
    reply = asking.get("/readyz")
    assert reply.status_code == 503
    (told,) = reply.json()["reasons"]
    assert reason in told
    assert asking.get("/healthz").status_code == 200


def test_it_is_told_since_when_a_camera_is_lost(stored, asking):
    since = datetime(2026, 5, 1, 14, 2, 11, tzinfo=UTC)
    stored.system.lost_since["camera garden"] = since
    told = asking.get("/api/v1/system").json()["lost_since"]
    assert told == {"camera garden": "2026-05-01T14:02:11Z"}
    cameras = {each["name"]: each["lost_since"] for each in asking.get("/api/v1/cameras").json()}
    assert cameras == {"garden": "2026-05-01T14:02:11Z", "shed": None}


def test_the_system_tells_what_it_is_made_of(stored, asking):
    stored.system.queues = {"lite0": {"garden": CameraStatistics(7, 1, 0, is_waiting=False)}}
    told = asking.get("/api/v1/system").json()
    assert told["queues"] == {"lite0": [{"camera": "garden", "served": 7, "superseded": 1, "timed_out": 0}]}
    assert told["storage"] == {
        "trouble": None,
        "free_bytes": 5_000_000_000,
        "total_bytes": 20_000_000_000,
        "media_bytes": 1_000_000,
        "keep_days": 30,
        "keep_free_bytes": 1_000_000_000,
        "maximum_bytes": None,
        "pending": 0,
        "dead": 0,
    }
    assert told["uptime_seconds"] == 12.5


def test_the_configuration_is_read_again(stored, asking):
    assert asking.post("/api/v1/system/reload").json() == {
        "changes": ["camera garden: its rules have changed."]
    }
    assert stored.system.reloads == 1


def test_a_configuration_that_cannot_be_used_is_told_and_not_taken(stored, asking):
    stored.system.refuses = "vedette.yaml, line 3: there is no camera `gardn`."
    reply = asking.post("/api/v1/system/reload")
    assert reply.status_code == 409
    assert reply.json() == {"error": stored.system.refuses, "remedy": "Mend it."}


def test_a_camera_tells_its_health_and_what_looks_at_it(stored, asking):
    asking.post("/api/v1/classifiers", json={"name": "door", "region": [0, 0, 0.5, 1]})
    for number in range(1, 40):
        stored.show("garden", trail("garden", number, number / 10, "active"))
    told = asking.get("/api/v1/cameras/garden").json()
    assert (told["name"], told["kind"], told["actuators"]) == ("garden", "push", ["latch"])
    assert told["frames_per_second"] == pytest.approx(10, abs=0.5)
    assert [(rule["name"], rule["state"]) for rule in told["rules"]] == [("visitor", "active")]
    assert told["looks"] == [{"classifier": "door", "region": None, "classes": []}]
    assert told["last_frame_at"]
    assert asking.get("/api/v1/cameras/gardn").status_code == 404


def test_whoever_watches_is_told_where_nothing_is_watched(stored, asking):
    roof = ((0.0, 0.0), (1.0, 0.0), (0.5, 0.25))
    stored.plans["garden"] = Plan(masks=(roof,))
    assert asking.get("/api/v1/cameras/garden").json()["masks"] == [[list(corner) for corner in roof]]
    assert [each["masks"] for each in asking.get("/api/v1/cameras").json() if each["name"] == "shed"] == [[]]


def test_actuators_are_looked_at_and_no_more(asking):
    (latch,) = asking.get("/api/v1/actuators").json()
    assert (latch["name"], latch["state"], latch["reason"]) == ("latch", "safe", "nobody asked")
    assert latch["seconds"] >= 0


def families(asking) -> dict[str, list]:
    reply = asking.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    return {each.name: each.samples for each in text_string_to_metric_families(reply.text)}


def test_prometheus_reads_what_was_counted_and_measured(stored, asking):
    look = Looked("moving", Classification("cat", {"cat": 0.9, "mouse": 0.1}), 0.004)
    refused = NotLooked("busy", was_wanted=True)
    failed = NotLooked("failed", was_wanted=True, cause="failing")
    untaught = NotLooked("not taught", was_wanted=True, cause="missing")
    for number, seen in enumerate([look, look, refused, failed, untaught], 1):
        stored.show("garden", replace(trail("garden", number), observations={"door": seen}))
    stored.metrics.on_event(Phase.OPEN, event(1), None)
    stored.metrics.on_event(Phase.CLOSE, event(1), None)
    stored.metrics.delivered("phone", 0.3)
    stored.metrics.store_seconds.observe(0.002)
    letter = OutboxEntry("k", "phone", Phase.OPEN, event(1), event(1).opened_at, event(1).opened_at)
    stored.events.record(event(1), [letter])
    found = families(asking)

    def value(family: str, sample: str, **labels: str) -> float:
        (only,) = [each.value for each in found[family] if each.name == sample and each.labels == labels]
        return only

    garden = {"camera": "garden"}
    assert value("vedette_camera_frames", "vedette_camera_frames_total", **garden) == 6
    assert value("vedette_looks_not_served", "vedette_looks_not_served_total", **garden) == 1
    assert value("vedette_looks_failed", "vedette_looks_failed_total", **garden) == 1
    assert value("vedette_frame_decision_seconds", "vedette_frame_decision_seconds_count", **garden) == 6
    assert value("vedette_look_seconds", "vedette_look_seconds_sum", **garden) == pytest.approx(0.008)
    assert value("vedette_look_seconds", "vedette_look_seconds_bucket", le="0.005", **garden) == 2
    assert value("vedette_events", "vedette_events_total", rule="visitor", **garden) == 1
    assert value("vedette_store_write_seconds", "vedette_store_write_seconds_count") == 1
    assert value("vedette_delivery_seconds", "vedette_delivery_seconds_sum", action="phone") == 0.3
    assert value("vedette_outbox_entries", "vedette_outbox_entries", action="phone", state="pending") == 1
    assert value("vedette_storage_free_bytes", "vedette_storage_free_bytes") == 5e9
    assert value("vedette_ready", "vedette_ready") == 1
    assert value("process_resident_memory_bytes", "process_resident_memory_bytes") > 1e6
    assert value("process_open_fds", "process_open_fds") > 3


def test_every_own_metric_has_the_prefix_and_a_base_unit(stored, asking):
    names = set(families(asking))
    assert {name for name in names if not name.startswith(("vedette_", "process_"))} == set()
    assert {name for name in names if name.endswith(("_ms", "_milliseconds", "_mb", "_kb"))} == set()


def test_a_scrape_survives_a_store_that_does_not_serve(stored, asking):
    stored.outbox._database.close()
    assert "vedette_outbox_entries" not in families(asking)
    assert "vedette_camera_frames" in families(asking)


def test_two_services_in_one_process_do_not_share_metrics(stored, asking):
    from prometheus_client import REGISTRY

    assert [each for each in REGISTRY._names_to_collectors if each.startswith("vedette_")] == []


def test_a_camera_that_may_be_silent_is_ready_without_a_picture(stored, asking):
    stored.cameras["garden"] = SourceStatus(state="connected")
    stored.plans["garden"] = Plan("push", may_be_silent=True)
    assert asking.get("/readyz").status_code == 200


def test_latencies_have_buckets_and_quantiles(stored, asking):
    for seconds in (0.002, 0.003, 0.004, 0.3):
        stored.metrics.delivered("phone", seconds)
    told = asking.get("/api/v1/system/latencies").json()["latencies"]
    (phone,) = [each for each in told if each["name"] == "delivery_seconds"]
    assert (phone["label"], phone["count"], sum(phone["counts"])) == ("phone", 4, 4)
    assert len(phone["counts"]) == len(phone["bounds"]) + 1
    assert 0 < phone["median_seconds"] <= 0.01
    assert 0.25 < phone["p99_seconds"] <= 0.5
    assert {each["name"] for each in told} >= {"frame_decision_seconds", "store_write_seconds"}


def test_logs_are_told_from_a_number_on(stored, asking):
    ring = stored.system.logs
    for number in range(1, 6):
        level = logging.WARNING if number == 3 else logging.INFO
        ring.handle(logging.LogRecord("vedette.web", level, "", 1, f"line {number}", None, None))
    told = asking.get("/api/v1/system/logs", params={"after": 3}).json()
    assert ([line["text"] for line in told["lines"]], told["last"]) == (["line 4", "line 5"], 5)
    told = asking.get("/api/v1/system/logs", params={"level": "warning"}).json()
    assert [(line["number"], line["level"], line["part"]) for line in told["lines"]] == [
        (3, "warning", "web")
    ]
    assert told["last"] == 5
    assert asking.get("/api/v1/system/logs", params={"level": "loud"}).status_code == 422


def test_what_the_process_takes_and_what_the_outbox_holds_is_told(stored, asking):
    letter = OutboxEntry("k", "phone", Phase.OPEN, event(1), event(1).opened_at, event(1).opened_at)
    stored.events.record(event(1), [letter])
    told = asking.get("/api/v1/system").json()
    assert told["outbox"] == [{"action": "phone", "pending": 1, "delivered": 0, "dead": 0}]
    assert told["storage"]["pending"] == 1
    assert set(told["process"]) >= {"memory_bytes", "cpu_seconds", "threads"}
