from __future__ import annotations

import pytest

from parts.peopled import PASSWORDS, SERVICE_TOKEN, Peopled, bearer
from parts.taught_pictures import jpeg
from parts.web_server import DirectClient, FakeAppliance
from vedette.web.app import create_app

NEW = "a new and longer one"


@pytest.fixture
def house(tmp_path):
    return Peopled(tmp_path)


@pytest.fixture
def asking(house):
    with DirectClient(create_app(FakeAppliance(), access=house.access)) as client:
        yield client


@pytest.fixture
def fresh(tmp_path):
    """Where nobody has a password yet."""
    return Peopled(tmp_path / "fresh", has_people=False)


@pytest.fixture
def newcomer(fresh):
    with DirectClient(create_app(FakeAppliance(), access=fresh.access)) as client:
        yield client


def id_of(house, name):
    return house.person(name).id


def logs_in(asking, name, password):
    return asking.post("/api/v1/session", json={"name": name, "password": password}).status_code


def test_the_link_makes_the_first_admin_once(newcomer, fresh):
    given = {"code": fresh.access.invitation.issue(), "name": "Zoë", "password": NEW}
    assert newcomer.get("/api/v1/session").json()["is_claimed"] is False
    reply = newcomer.post("/api/v1/people/first", json=given)
    assert reply.status_code == 201
    assert reply.json()["person"] == {"name": "Zoë", "role": "admin"}
    cookie = reply.headers["set-cookie"].partition(";")[0]
    assert newcomer.get("/api/v1/people", headers={"Cookie": cookie}).status_code == 200
    assert newcomer.post("/api/v1/people/first", json={**given, "name": "Eve"}).status_code == 409
    assert [each.name for each in fresh.book.people] == ["Zoë"]


@pytest.mark.parametrize("code", ["", "wrong", "x" * 256])
def test_without_the_code_nobody_becomes_an_admin(newcomer, fresh, code):
    fresh.access.invitation.issue()
    given = {"code": code, "name": "Eve", "password": NEW}
    assert newcomer.post("/api/v1/people/first", json=given).status_code == 403
    assert not fresh.book.people


def test_a_code_outlives_a_weak_password_but_not_an_hour(newcomer, fresh):
    given = {"code": fresh.access.invitation.issue(), "name": "Zoë", "password": "short"}
    assert newcomer.post("/api/v1/people/first", json=given).status_code == 422
    fresh.clock.seconds = 3601
    late = newcomer.post("/api/v1/people/first", json={**given, "password": NEW})
    assert (late.status_code, "restart" in late.json()["remedy"]) == (403, True)


def test_codes_cannot_be_guessed_at_length(newcomer, fresh):
    fresh.access.invitation.issue()
    given = {"code": "wrong", "name": "Eve", "password": NEW}
    statuses = [newcomer.post("/api/v1/people/first", json=given).status_code for _ in range(12)]
    assert statuses == [403] * 10 + [429] * 2


@pytest.mark.parametrize("path", ["/api/v1/cameras", "/metrics", "/api/v1/people", "/openapi.json"])
def test_until_somebody_has_a_password_it_is_said_where_the_link_is(newcomer, path):
    reply = newcomer.get(path)
    assert reply.status_code == 401
    assert "terminal" in reply.json()["remedy"]


def test_until_then_programs_go_on(newcomer):
    assert newcomer.get("/healthz").status_code == 200
    assert newcomer.post("/api/image", content=jpeg("cat", 1)).status_code == 200
    assert newcomer.get("/api/v1/cameras", headers=bearer(SERVICE_TOKEN)).status_code == 200


def test_an_admin_adds_changes_and_removes_somebody(asking, house):
    admin = house.session("ann")
    given = {"name": "Carl", "password": NEW, "role": "viewer"}
    added = asking.post("/api/v1/people", json=given, headers=admin)
    assert added.status_code == 201
    assert "password" not in added.json()
    assert logs_in(asking, "carl", NEW) == 200
    path = f"/api/v1/people/{added.json()['id']}"
    changed = asking.patch(path, json={"role": "admin", "name": "Karl"}, headers=admin).json()
    assert (changed["name"], changed["role"]) == ("Karl", "admin")
    listed = asking.get("/api/v1/people", headers=admin).json()
    assert [(each["name"], each["is_oneself"]) for each in listed] == [
        ("ann", True),
        ("bert", False),
        ("Karl", False),
    ]
    assert asking.delete(path, headers=admin).status_code == 204
    assert asking.delete(path, headers=admin).status_code == 404
    assert logs_in(asking, "karl", NEW) == 401


def test_no_answer_holds_a_password_or_its_hash(asking, house):
    admin = house.session("ann")
    text = asking.get("/api/v1/people", headers=admin).text
    assert "argon2" not in text
    assert house.book.secret not in text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "BERT", "password": NEW}, 409),
        ({"name": "", "password": NEW}, 422),
        ({"name": "a\nb", "password": NEW}, 409),
        ({"name": "x" * 65, "password": NEW}, 422),
        ({"name": "carl", "password": "short"}, 422),
        ({"name": "carl-the-great", "password": "carl-the-great"}, 422),
        ({"name": "carl", "password": NEW, "role": "owner"}, 422),
        ({"name": "carl"}, 422),
    ],
    ids=ascii,
)
def test_who_cannot_be_added_is_not(asking, house, change, status):
    reply = asking.post("/api/v1/people", json=change, headers=house.session("ann"))
    assert reply.status_code == status
    assert set(reply.json()) == {"error", "remedy"}
    assert NEW not in reply.text
    assert len(house.book.people) == 2


def test_the_last_admin_cannot_go_and_cannot_become_a_viewer(asking, house):
    admin, path = house.session("ann"), f"/api/v1/people/{id_of(house, 'ann')}"
    assert asking.delete(path, headers=admin).status_code == 409
    assert asking.patch(path, json={"role": "viewer"}, headers=admin).status_code == 409
    asking.patch(f"/api/v1/people/{id_of(house, 'bert')}", json={"role": "admin"}, headers=admin)
    assert asking.delete(path, headers=admin).status_code == 204
    assert asking.get("/api/v1/people", headers=admin).status_code == 401


def test_a_viewer_changes_their_own_password_and_nothing_else(asking, house):
    viewer = house.session("bert")
    given = {"old": PASSWORDS["bert"], "new": NEW}
    reply = asking.request("PUT", "/api/v1/people/me/password", json=given, headers=viewer)
    assert reply.status_code == 200
    assert logs_in(asking, "bert", NEW) == 200
    assert logs_in(asking, "bert", PASSWORDS["bert"]) == 401
    fresh = {
        "Cookie": reply.headers["set-cookie"].partition(";")[0],
        "X-CSRF-Token": reply.json()["csrf_token"],
    }
    assert asking.get("/api/v1/cameras", headers=fresh).status_code == 200
    for method, path in (("GET", "/api/v1/people"), ("POST", "/api/v1/people"), ("GET", "/api/v1/tokens")):
        assert asking.request(method, path, headers=fresh).status_code == 403


def test_ones_own_password_is_not_changed_without_the_old_one(asking, house):
    viewer = house.session("bert")
    for old in ("wrong", "", PASSWORDS["ann"]):
        reply = asking.request(
            "PUT", "/api/v1/people/me/password", json={"old": old, "new": NEW}, headers=viewer
        )
        assert reply.status_code == 401
    admin, path = house.session("ann"), f"/api/v1/people/{id_of(house, 'ann')}"
    assert asking.patch(path, json={"password": NEW}, headers=admin).status_code == 409
    assert logs_in(asking, "ann", PASSWORDS["ann"]) == 200


def test_the_old_password_cannot_be_guessed_at_from_a_stolen_session(asking, house):
    viewer = house.session("bert")
    given = {"old": "wrong", "new": NEW}
    ask = [
        asking.request("PUT", "/api/v1/people/me/password", json=given, headers=viewer).status_code
        for _ in range(12)
    ]
    assert ask == [401] * 10 + [429] * 2


def test_a_change_on_a_disk_that_takes_nothing_is_said_and_not_done(asking, house, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vedette.people.register.write_whole", full)
    given = {"name": "carl", "password": NEW}
    reply = asking.post("/api/v1/people", json=given, headers=house.session("ann"))
    assert (reply.status_code, "No space left" in reply.json()["error"]) == (503, True)
    assert house.book.named("carl") is None
