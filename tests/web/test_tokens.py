from __future__ import annotations

import pytest

from parts.peopled import PASSWORDS, SERVICE_TOKEN, Clock, Peopled, bearer
from parts.taught_pictures import jpeg
from parts.web_server import DirectClient, FakeAppliance
from vedette.people.tokens import key_of_this_machine
from vedette.web.app import create_app
from vedette.web.attendance import Attendance

PICTURE = jpeg("cat", 1)


@pytest.fixture
def house(tmp_path):
    return Peopled(tmp_path)


@pytest.fixture
def asking(house):
    with DirectClient(create_app(FakeAppliance(), access=house.access)) as client:
        yield client


def make(asking, house, name="door", *scopes):
    given = {"name": name, "scopes": scopes or ["view"]}
    return asking.post("/api/v1/tokens", json=given, headers=house.session("ann"))


def test_a_token_is_shown_once_and_kept_as_a_hash(asking, house):
    made = make(asking, house)
    token = made.json()["token"]
    assert (made.status_code, token[:4]) == (201, "vdt_")
    assert asking.get("/api/v1/cameras", headers=bearer(token)).status_code == 200
    listed = asking.get("/api/v1/tokens", headers=house.session("ann"))
    assert token not in listed.text + house.register.path.read_text() + repr(house.book)
    (told,) = listed.json()
    assert (told["name"], told["scopes"], told["owner"], told["last_used_on"]) == (
        "door",
        ["view"],
        "ann",
        None,
    )


def test_a_revoked_token_is_refused_at_once(asking, house):
    made = make(asking, house).json()
    path = f"/api/v1/tokens/{made['id']}"
    assert asking.delete(path, headers=house.session("ann")).status_code == 204
    assert asking.delete(path, headers=house.session("ann")).status_code == 404
    assert asking.get("/api/v1/cameras", headers=bearer(made["token"])).status_code == 401


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"name": "", "scopes": ["view"]}, 422),
        ({"name": "door", "scopes": []}, 422),
        ({"name": "door", "scopes": ["root"]}, 422),
        ({"name": "a\u0000", "scopes": ["view"]}, 409),
        ({"name": "door"}, 422),
    ],
    ids=ascii,
)
def test_a_token_without_a_name_or_a_use_is_not_made(asking, house, given, status):
    reply = asking.post("/api/v1/tokens", json=given, headers=house.session("ann"))
    assert reply.status_code == status


def test_two_tokens_have_two_names(asking, house):
    make(asking, house)
    assert make(asking, house).status_code == 409


def test_a_token_of_one_scope_is_good_for_that(asking, house):
    token = bearer(make(asking, house, "door", "classify").json()["token"])
    assert asking.post("/api/image", content=PICTURE, headers=token).status_code == 200
    refused = asking.get("/api/v1/cameras", headers=token)
    assert refused.status_code == 403
    assert "good for classify" in refused.json()["error"]


def test_what_an_admins_token_makes_ends_with_that_admin(asking, house):
    first = bearer(make(asking, house, "first", "admin").json()["token"])
    given = {"name": "second", "scopes": ["admin"]}
    second = bearer(asking.post("/api/v1/tokens", json=given, headers=first).json()["token"])
    given = {"old": PASSWORDS["ann"], "new": "a new and longer one"}
    asking.request("PUT", "/api/v1/people/me/password", json=given, headers=house.session("ann"))
    assert [asking.get("/api/v1/tokens", headers=each).status_code for each in (first, second)] == [401, 401]


def test_the_configurations_token_makes_tokens_that_are_nobodys(asking, house):
    given = {"name": "door", "scopes": ["view"]}
    made = asking.post("/api/v1/tokens", json=given, headers=bearer(SERVICE_TOKEN))
    assert (made.status_code, made.json()["owner"]) == (201, None)


def test_an_idempotency_key_gives_a_token_to_nobody_else(asking, house):
    house.add("dora", "admin")
    given, key = {"name": "door", "scopes": ["view"]}, {"Idempotency-Key": "k"}
    one = asking.post("/api/v1/tokens", json=given, headers={**house.session("ann"), **key})
    other = asking.post("/api/v1/tokens", json=given, headers={**house.session("dora"), **key})
    assert (one.status_code, other.status_code) == (201, 409)


async def at_once(work):
    return work()


class Worker:
    run = staticmethod(at_once)


def test_the_day_of_the_last_use_is_noted_once_a_day(house):
    house.token("view")
    clock = Clock()
    attendance = Attendance(house.register, Worker(), clock.now)
    (token,) = house.book.tokens
    attendance.note_use(token.id)
    assert set(attendance._used) == {token.id}
    house.register.change(
        lambda book: book.model_copy(
            update={"tokens": (token.model_copy(update={"last_used_on": clock.now().date()}),)}
        )
    )
    attendance._used.clear()
    attendance.note_use(token.id)
    attendance.note_use("of the configuration")
    assert not attendance._used


def test_a_command_on_this_machine_may_look_and_no_more(asking, house):
    key = bearer(key_of_this_machine(house.book))
    assert asking.get("/api/v1/cameras", headers=key).status_code == 200
    assert asking.post("/api/v1/system/reload", headers=key).status_code == 403
    assert asking.get("/api/v1/people", headers=key).status_code == 403
    assert asking.get("/api/v1/cameras", headers={**key, "Host": "10.0.0.2"}).status_code == 401
