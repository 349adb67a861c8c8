from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from parts.peopled import Peopled
from parts.web_server import DirectClient, FakeAppliance
from vedette.web.access import Access
from vedette.web.app import create_app
from vedette.web.authority import Asked, Authority
from vedette.web.refusal import Refusal

TOKEN = "correct horse battery staple"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def app(stored):
    return create_app(stored, hosts=("shed.local",), access=Access(SecretStr(TOKEN)))


@pytest.fixture
def asking(app):
    with DirectClient(app) as client:
        yield client


def addresses(app):
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            yield method.upper(), path


def test_every_address_but_healthz_wants_the_token(app, asking):
    free = {("GET", "/healthz"), ("GET", "/api/v1/session"), ("POST", "/api/v1/session")}
    free |= {("POST", "/api/v1/people/first")}
    asked = [address for address in addresses(app) if address not in free and address[1] != "/api/image"]
    assert len(asked) > 30
    for method, path in [*asked, ("GET", "/openapi.json"), ("GET", "/nothing"), ("POST", "/healthz")]:
        reply = asking.request(method, path.replace("{", "").replace("}", ""))
        assert reply.status_code == 401, path
        assert reply.headers["www-authenticate"].startswith("Bearer")
        assert set(reply.json()) == {"error", "remedy"}
    assert asking.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/v1/cameras", "/metrics", "/readyz", "/openapi.json", "/api/v1/system"]
)
def test_who_shows_the_token_is_answered(asking, path):
    assert asking.get(path, headers=RIGHT).status_code == 200
    assert asking.get(path, headers={"Authorization": f"bearer  {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": b"Bearer \xff\xfe"},
        {"X-Token": TOKEN},
        {"Cookie": f"token={TOKEN}"},
    ],
    ids=str,
)
def test_what_is_not_the_token_is_not_taken_for_it(asking, headers):
    assert asking.get("/api/v1/cameras", headers=headers).status_code == 401


@pytest.mark.parametrize("query", [{"token": TOKEN}, {"access_token": TOKEN}, {"api_key": TOKEN}], ids=str)
def test_a_token_in_the_address_is_not_accepted(asking, query):
    assert asking.get("/api/v1/cameras", params=query).status_code == 401


def test_two_tokens_are_none(asking):
    two = httpx.Headers([("Authorization", f"Bearer {TOKEN}"), ("Authorization", f"Bearer {TOKEN}")])
    assert asking.get("/api/v1/cameras", headers=two).status_code == 401


@pytest.mark.parametrize("host", ["192.168.1.7:8731", "[fd00::1]:8731", "shed.local", "127.0.0.1"])
def test_with_a_token_it_answers_under_any_address_and_its_names(asking, host):
    assert asking.get("/api/v1/cameras", headers={**RIGHT, "Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "shed.local.evil.example", "192.168.1.7.evil.example"])
def test_a_foreign_name_is_refused_even_with_the_token(asking, host):
    assert asking.get("/api/v1/cameras", headers={**RIGHT, "Host": host}).status_code == 400


def test_a_foreign_page_is_refused_even_with_the_token(asking):
    foreign = {**RIGHT, "Origin": "http://evil.example"}
    assert asking.post("/api/v1/system/reload", headers=foreign).status_code == 403


def test_the_token_is_in_no_answer_no_log_and_no_repr(app, asking, caplog):
    caplog.set_level("DEBUG")
    replies = [
        asking.get("/api/v1/cameras", headers={"Authorization": f"Bearer {TOKEN}x"}),
        asking.get("/openapi.json", headers=RIGHT),
        asking.get("/api/v1/system", headers=RIGHT),
        asking.get("/metrics", headers=RIGHT),
    ]
    assert [reply for reply in replies if TOKEN in reply.text] == []
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(vars(Authority(Access(SecretStr(TOKEN)))))
    assert asking.get("/openapi.json", headers=RIGHT).json()["security"] == [{"token": []}]


def asked(token: str | None, address: str = "10.0.0.1", path: str = "/x") -> Asked:
    return Asked("GET", path, address, [] if token is None else [f"Bearer {token}"])


def refused(authority: Authority, given: Asked) -> int:
    try:
        authority.admit(given)
    except Refusal as refusal:
        return refusal.status
    return 200


def test_guessers_are_not_heard_for_a_minute_and_lock_nobody_out():
    """Behind a proxy the owner has the guesser's address."""
    now = [0.0]
    authority = Authority(Access(SecretStr(TOKEN), monotonic=lambda: now[0]))
    assert [refused(authority, asked("wrong")) for _ in range(12)] == [401] * 10 + [429] * 2
    assert refused(authority, asked(TOKEN)) == 200
    assert refused(authority, asked("wrong", "10.0.0.2")) == 401
    assert refused(authority, asked(None)) == 401
    now[0] = 61.0
    assert refused(authority, asked("wrong")) == 401


def test_a_household_with_many_addresses_is_one_guesser():
    authority = Authority(Access(SecretStr(TOKEN)))
    statuses = [refused(authority, asked("wrong", f"2001:db8:0:7::{number:x}")) for number in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert refused(authority, asked(TOKEN, "2001:db8:0:8::1")) == 200


def test_a_thousand_guessers_take_no_more_memory():
    access = Access(SecretStr(TOKEN))
    authority = Authority(access)
    for number in range(3000):
        refused(authority, asked("wrong", f"10.{number >> 8}.{number & 255}.1"))
    assert len(access.wrong.addresses) <= 1024


def test_without_a_token_everybody_on_this_machine_may_ask():
    assert refused(Authority(Access()), asked(None)) == 200
    assert refused(Authority(Access()), asked("anything")) == 200


def test_the_description_says_who_may_do_what(tmp_path):
    house = Peopled(tmp_path)
    with DirectClient(create_app(FakeAppliance(), access=house.access)) as client:
        told = client.get("/openapi.json", headers=house.session("bert")).json()
    assert set(told["components"]["securitySchemes"]) == {"session", "token"}
    assert told["security"] == [{"session": []}, {"token": []}]
    for method, path in (("post", "/api/v1/session"), ("get", "/healthz"), ("post", "/api/v1/people/first")):
        assert told["paths"][path][method]["security"] == []
    assert {} in told["paths"]["/api/image"]["post"]["security"]
    teach = told["paths"]["/api/v1/classifiers/{name}/teach"]["post"]
    assert teach["x-scopes"] == ["admin", "teach"]
    assert [each["name"] for each in teach["parameters"] if each["in"] == "header"].count("X-CSRF-Token") == 1


def test_a_program_on_this_machine_may_have_a_picture_judged_and_nobody_else(tmp_path):
    authority = Authority(Peopled(tmp_path).access)
    here = Asked("POST", "/api/image", "127.0.0.1", is_from_here=True)
    assert refused(authority, here) == 200
    assert refused(authority, replace(here, is_from_here=False)) == 401
    assert refused(authority, replace(here, path="/api/v1/cameras/garden/frames")) == 401
    assert refused(authority, replace(here, authorizations=("Bearer wrong",))) == 401
