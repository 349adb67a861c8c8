from __future__ import annotations

import pytest

from parts.taught_pictures import jpeg
from parts.web_server import DirectClient, FakeAppliance
from vedette.sources.protocol import SourceStatus
from vedette.web.app import create_app
from vedette.web.limits import Limits

PICTURE = jpeg("cat", 1)
WAITING = {
    "state": "waiting",
    "connects": 3,
    "reconnects": 2,
    "frames": 99,
    "dropped": 5,
    "corrupt": 1,
    "last_error": "no route to host.",
}


@pytest.fixture
def appliance():
    cameras = {"garden": SourceStatus(state="connected", frames=7), "front door": SourceStatus(**WAITING)}
    return FakeAppliance(cameras=cameras, classifiers=("door", "feeder"))


@pytest.fixture
def client(appliance):
    with DirectClient(create_app(appliance, limits=Limits(body_bytes=100_000))) as client:
        yield client


def test_it_is_healthy_while_it_serves(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_every_camera_says_how_it_is(client):
    garden, door = client.get("/api/v1/cameras").json()
    assert [garden[key] for key in ("name", "state", "frames", "last_error")] == [
        "garden",
        "connected",
        7,
        None,
    ]
    assert {key: door[key] for key in ("name", *WAITING)} == {"name": "front door", **WAITING}


@pytest.mark.parametrize(
    "given", [{"content": PICTURE}, {"files": {"image": ("a.jpg", PICTURE)}}], ids=["raw", "form"]
)
def test_a_pushed_picture_reaches_its_camera(client, appliance, given):
    reply = client.post("/api/v1/cameras/garden/frames", **given)
    assert reply.status_code == 202
    assert reply.json() == {"camera": "garden"}
    assert appliance.pushed == [("garden", PICTURE)]


@pytest.mark.parametrize(
    ("camera", "body", "refusal"),
    [
        pytest.param("gardne", PICTURE, (404, "'garden'"), id="wrong name"),
        pytest.param("x", PICTURE, (404, "/api/v1/cameras"), id="a name near to none"),
        pytest.param("front%20door", PICTURE, (409, "push"), id="another kind of camera"),
        pytest.param("garden", b"", (422, "picture"), id="nothing pushed"),
        pytest.param("garden", bytes(100_001), (413, "smaller"), id="too large"),
    ],
)
def test_a_push_that_cannot_be_is_refused_with_a_remedy(client, appliance, camera, body, refusal):
    reply = client.post(f"/api/v1/cameras/{camera}/frames", content=body)
    status, remedy = refusal
    assert reply.status_code == status
    assert remedy in reply.json()["remedy"]
    assert appliance.pushed == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("GET", "/api/v1/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/healthz/", 404),
        ("GET", "/api/image", 405),
        ("DELETE", "/api/v1/cameras", 405),
        ("POST", "/healthz", 405),
        ("PROPFIND", "/healthz", 405),
    ],
)
def test_what_the_framework_refuses_has_the_same_shape(client, method, path, status):
    reply = client.request(method, path)
    assert reply.status_code == status
    assert set(reply.json()) == {"error", "remedy"}
    assert status != 405 or reply.headers["allow"]


ADDRESSES = {
    "/api/image": {"post"},
    "/api/v1/actions": {"get"},
    "/api/v1/actions/{name}/test": {"post"},
    "/api/v1/actuators": {"get"},
    "/api/v1/cameras": {"get"},
    "/api/v1/cameras/{name}": {"get"},
    "/api/v1/cameras/{name}/frames": {"post"},
    "/api/v1/cameras/{name}/preview": {"get"},
    "/api/v1/cameras/{name}/snapshot": {"get"},
    "/api/v1/classifiers": {"get", "post"},
    "/api/v1/classifiers/import": {"post"},
    "/api/v1/classifiers/{name}": {"get", "patch", "delete"},
    "/api/v1/classifiers/{name}/advice": {"get"},
    "/api/v1/classifiers/{name}/answer": {"get"},
    "/api/v1/classifiers/{name}/doubts": {"get"},
    "/api/v1/classifiers/{name}/examples": {"get", "post", "patch"},
    "/api/v1/classifiers/{name}/examples/remove": {"post"},
    "/api/v1/classifiers/{name}/examples/{digest}": {"patch", "delete"},
    "/api/v1/classifiers/{name}/examples/{digest}/picture": {"get"},
    "/api/v1/classifiers/{name}/export": {"get"},
    "/api/v1/classifiers/{name}/proposals": {"post"},
    "/api/v1/classifiers/{name}/redo": {"post"},
    "/api/v1/classifiers/{name}/teach": {"post"},
    "/api/v1/classifiers/{name}/undo": {"post"},
    "/api/v1/configuration": {"get"},
    "/api/v1/configuration/actions/test": {"post"},
    "/api/v1/configuration/actions/{name}": {"put", "delete"},
    "/api/v1/configuration/cameras/test": {"post"},
    "/api/v1/configuration/cameras/{name}": {"put", "delete"},
    "/api/v1/configuration/cameras/{name}/classifiers": {"put"},
    "/api/v1/configuration/cameras/{name}/masks": {"put"},
    "/api/v1/configuration/cameras/{name}/rules": {"post"},
    "/api/v1/configuration/cameras/{name}/rules/{rule}": {"put", "delete"},
    "/api/v1/configuration/devices": {"get"},
    "/api/v1/configuration/schema": {"get"},
    "/api/v1/configuration/text": {"get"},
    "/api/v1/events": {"get"},
    "/api/v1/events/counts": {"get"},
    "/api/v1/events/facets": {"get"},
    "/api/v1/events/{event_id}": {"get", "patch", "delete"},
    "/api/v1/events/{event_id}/clip": {"get"},
    "/api/v1/events/{event_id}/evidence": {"get"},
    "/api/v1/events/{event_id}/neighbours": {"get"},
    "/api/v1/events/{event_id}/snapshot": {"get"},
    "/api/v1/explain": {"get"},
    "/api/v1/explain/replay": {"post"},
    "/api/v1/explain/rows": {"get"},
    "/api/v1/explain/strip": {"get"},
    "/api/v1/live": {"get"},
    "/api/v1/outbox": {"get"},
    "/api/v1/outbox/{key}": {"delete"},
    "/api/v1/outbox/{key}/retry": {"post"},
    "/api/v1/people": {"get", "post"},
    "/api/v1/people/first": {"post"},
    "/api/v1/people/me/password": {"put"},
    "/api/v1/people/{person_id}": {"patch", "delete"},
    "/api/v1/session": {"get", "post", "delete"},
    "/api/v1/system": {"get"},
    "/api/v1/system/latencies": {"get"},
    "/api/v1/system/logs": {"get"},
    "/api/v1/system/reload": {"post"},
    "/api/v1/tokens": {"get", "post"},
    "/api/v1/tokens/{token_id}": {"delete"},
    "/healthz": {"get"},
    "/metrics": {"get"},
    "/readyz": {"get"},
}


def test_the_description_names_every_address_with_its_refusals(client):
    described = client.get("/openapi.json").json()
    assert {path: set(methods) for path, methods in described["paths"].items()} == ADDRESSES
    for path, methods in ADDRESSES.items():
        for method in methods - ({"get"} if path in {"/healthz", "/readyz"} else set()):
            responses = described["paths"][path][method]["responses"]
            refusals = {status for status in responses if status[0] in "45"}
            assert {"400", "403"} <= refusals, path
            assert method == "get" or {"408", "413", "422", "503"} <= refusals, path
            for status in refusals:
                schema = responses[status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/RefusalBody"}
    assert set(described["components"]["schemas"]["RefusalBody"]["properties"]) == {"error", "remedy"}


def test_no_address_moves_an_actuator(client):
    paths = client.get("/openapi.json").json()["paths"]
    writing = {"post", "put", "patch", "delete"}
    assert [path for path, methods in paths.items() if "actuator" in path and writing & set(methods)] == []
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert client.request(method, "/api/v1/actuators").status_code == 405
        assert client.request(method, "/api/v1/actuators/latch").status_code == 404


def test_the_description_is_the_same_when_asked_twice(client):
    assert client.get("/openapi.json").content == client.get("/openapi.json").content
