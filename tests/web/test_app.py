from __future__ import annotations

import httpx
import pytest

from parts.taught_pictures import jpeg
from parts.web_server import FakeAppliance, serving
from vedette.sources.protocol import SourceStatus
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
    limits = Limits(body_bytes=100_000)
    with serving(appliance, limits) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield client


def test_it_is_healthy_while_it_serves(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_classifiers_are_named(client):
    assert client.get("/api/v1/classifiers").json() == [{"name": "door"}, {"name": "feeder"}]


def test_every_camera_says_how_it_is(client):
    garden, door = client.get("/api/v1/cameras").json()
    assert [garden[key] for key in ("name", "state", "frames", "last_error")] == [
        "garden",
        "connected",
        7,
        None,
    ]
    assert door == {"name": "front door", **WAITING}


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
        ("GET", "/", 404),
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


def test_the_description_names_every_address_and_every_refusal(client):
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/image",
        "/api/v1/cameras",
        "/api/v1/cameras/{name}/frames",
        "/api/v1/classifiers",
        "/healthz",
    }
    for path in ("/api/image", "/api/v1/cameras/{name}/frames"):
        responses = described["paths"][path]["post"]["responses"]
        refusals = {status for status in responses if status[0] in "45"}
        assert {"400", "403", "404", "408", "413", "422", "503"} <= refusals
        for status in refusals:
            schema = responses[status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/RefusalBody"}
    assert set(described["components"]["schemas"]["RefusalBody"]["properties"]) == {"error", "remedy"}


def test_the_description_is_the_same_when_asked_twice(client):
    assert client.get("/openapi.json").content == client.get("/openapi.json").content
