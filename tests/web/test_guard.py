from __future__ import annotations

import httpx
import pytest

from parts.taught_pictures import jpeg
from parts.web_server import FakeAppliance, serving
from vedette.web.guard import host_name

PICTURE = jpeg("cat", 1)
OWN = [
    "localhost",
    "localhost:8080",
    "LOCALHOST.",
    "127.0.0.1",
    "127.0.0.53:80",
    "[::1]",
    "[::1]:8080",
    "hall.local:80",
    "Hall.Local",
]
FOREIGN = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example:80",
    "192.168.1.7",
    "[::2]",
    "[::1",
    "[::1]evil.example",
    "0.0.0.0",
]


@pytest.fixture(scope="module")
def port():
    with serving(FakeAppliance(), hosts=("Hall.local",)) as port:
        yield port


@pytest.fixture
def client(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield client


@pytest.mark.parametrize("host", OWN)
def test_it_answers_under_the_names_of_this_machine(client, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_it_does_not_answer_under_a_name_that_was_made_to_point_here(client, host):
    reply = client.get("/healthz", headers={"Host": host})
    assert reply.status_code == 400
    assert set(reply.json()) == {"error", "remedy"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost:9", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_a_foreign_page_may_change_nothing(client, headers):
    reply = client.post("/api/image", content=PICTURE, headers={"Host": "localhost:9", **headers})
    assert reply.status_code == 403
    assert set(reply.json()) == {"error", "remedy"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/api/v1/cameras", "/api/v1/cameras/garden/preview", "/api/v1/live"])
def test_a_foreign_page_may_show_nothing_inside_itself(client, path, site):
    reply = client.get(path, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})
    assert reply.status_code == 403
    assert set(reply.json()) == {"error", "remedy"}


def test_a_link_from_a_foreign_page_may_be_followed(client):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/healthz", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost:9", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://localhost:9"},  # TLS ends at a proxy
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_programs_and_its_own_page_may(client, headers):
    reply = client.post("/api/image", content=PICTURE, headers={"Host": "localhost:9", **headers})
    assert reply.status_code == 200


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("path", ["/healthz", "/api/v1/cameras", "/api/image", "/nothing"])
def test_no_answer_lets_a_foreign_page_read_it(client, method, path):
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    reply = client.request(method, path, headers=asked)
    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "microphone=()" in reply.headers["permissions-policy"]
    assert "strict-transport-security" not in reply.headers


@pytest.mark.parametrize("path", ["/api/v1/cameras%0a", "/api/v1/people%00", "/%E2%80%AE"])
def test_an_address_with_letters_that_nobody_sees_is_refused(client, path):
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("a:1", "a"),
        ("a", "a"),
        ("[::1]:1", "::1"),
        ("[::1]", "::1"),
        ("", ""),
        ("::1", ""),
        ("[::1]a", ""),
        ("[::1", ""),
    ],
)
def test_the_port_is_not_the_name(host, name):
    assert host_name(host) == name
