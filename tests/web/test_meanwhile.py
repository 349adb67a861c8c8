"""While a request comes, or waits for its turn, its sender may be refused: then it has changed nothing."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from parts.peopled import PASSWORDS, Peopled
from parts.taught_pictures import jpeg
from parts.web_server import DirectClient, FakeAppliance, stored_appliance
from vedette.people.changes import with_change, without_person
from vedette.people.visitor import Visitor
from vedette.web.app import create_app
from vedette.web.limits import Limits
from vedette.web.refusal import Refusal

NEW_ADMIN = {"name": "mallory", "password": "a long enough password", "role": "admin"}
NEW_TOKEN = {"name": "back door", "scopes": ["admin"]}


@pytest.fixture
def house(tmp_path):
    house = Peopled(tmp_path / "house")
    house.add("carl", "admin")
    return house


@pytest.fixture
def asking(house):
    with DirectClient(create_app(FakeAppliance(), access=house.access)) as client:
        yield client


def slowly(body: dict[str, object], meanwhile):
    """The body in two pieces; something happens between them."""

    async def pieces():
        data = json.dumps(body).encode()
        yield data[:1]
        meanwhile()
        yield data[1:]

    return pieces()


def removed(house, carl):
    house.register.change(lambda book: without_person(book, carl.id))


def demoted(house, carl):
    house.register.change(lambda book: with_change(book, carl.id, role="viewer"))


def given_a_new_password(house, carl):
    house.register.change(lambda book: with_change(book, carl.id, password="hash"))


@pytest.mark.parametrize("meanwhile", [removed, demoted, given_a_new_password])
@pytest.mark.parametrize(
    ("path", "body"), [("people", NEW_ADMIN), ("tokens", NEW_TOKEN)], ids=["person", "token"]
)
def test_an_admin_who_is_none_any_more_leaves_no_back_door(house, asking, meanwhile, path, body):
    carl = house.person("carl")
    headers = {**house.session("carl"), "Content-Type": "application/json"}
    content = slowly(body, lambda: meanwhile(house, carl))
    reply = asking.post(f"/api/v1/{path}", content=content, headers=headers)
    assert reply.status_code == 401, reply.text
    assert house.book.named("mallory") is None
    assert house.book.tokens == ()


def test_a_token_that_is_revoked_meanwhile_adds_nobody(house, asking):
    headers = {**house.token("admin", owner="carl"), "Content-Type": "application/json"}
    carl = house.person("carl")
    content = slowly(NEW_ADMIN, lambda: removed(house, carl))
    assert asking.post("/api/v1/people", content=content, headers=headers).status_code == 401
    assert house.book.named("mallory") is None


def test_who_stays_who_they_are_may_take_their_time(house, asking):
    headers = {**house.session("carl"), "Content-Type": "application/json"}
    bert = house.person("bert")
    content = slowly(NEW_ADMIN, lambda: removed(house, bert))
    assert asking.post("/api/v1/people", content=content, headers=headers).status_code == 201


def test_a_change_that_waited_for_its_turn_is_asked_once_more(house):
    carl = house.person("carl")
    visitor = Visitor("carl", frozenset({"admin"}), carl.id, carl.epoch, "a session", 1e12)
    removed(house, carl)
    with pytest.raises(Refusal) as caught:
        house.access.change(visitor, lambda book: pytest.fail("it was changed"))
    assert caught.value.status == 401


def test_bodies_have_so_much_room_together_and_it_is_given_back(tmp_path):
    """Two pictures are under way where there is room for one."""
    picture = jpeg("cat", 1)
    limits = Limits(bodies_bytes=len(picture) * 3 // 2)

    async def ask(appliance) -> list[int]:
        service = create_app(appliance, limits=limits)
        transport = httpx.ASGITransport(service)
        held, half = asyncio.Event(), asyncio.Event()

        async def slow():
            yield picture[:-1]
            half.set()
            await held.wait()
            yield picture[-1:]

        async with (
            service.router.lifespan_context(service),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        ):
            await client.post("/api/v1/classifiers", json={"name": "door"})
            add = "/api/v1/classifiers/door/examples?label=cat"
            first = asyncio.create_task(client.post(add, content=slow()))
            await half.wait()
            refused = [
                await client.post(add, content=picture),
                await client.post("/api/image", content=picture),
            ]
            held.set()
            answers = [*refused, await first, await client.post(add, content=jpeg("cat", 2))]
            return [each.status_code for each in answers]

    with stored_appliance(tmp_path) as appliance:
        assert asyncio.run(ask(appliance)) == [503, 503, 201, 201]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (json.dumps({**NEW_ADMIN, "password": "long long \ud800 x"}), 422),
        (json.dumps({**NEW_ADMIN, "name": "pair \U0001f600"}), 201),
        ('{"name": ' + "[" * 600 + "]" * 600 + "}", 422),
        ('{"name": "' + "[" * 600 + '"}', 422),
        ('{"name": "\\ud800', 422),
    ],
    ids=["half a letter", "a whole one", "nested", "brackets in a text", "cut off"],
)
def test_json_that_nobody_can_work_with_is_a_sentence(house, asking, body, status):
    headers = {**house.session("carl"), "Content-Type": "application/json"}
    reply = asking.post("/api/v1/people", content=body.encode(), headers=headers)
    assert reply.status_code == status, reply.text


def test_an_account_of_ones_own_is_no_licence_to_guess_at_others(house, asking):
    own = {"name": "bert", "password": PASSWORDS["bert"]}
    wrong = {"name": "ann", "password": "wrong"}
    statuses = []
    for _ in range(11):
        statuses.append(asking.post("/api/v1/session", json=wrong).status_code)
        statuses.append(asking.post("/api/v1/session", json=own).status_code)
    assert statuses.count(401) == 10
    assert statuses[-2:] == [429, 429]


def test_who_guesses_a_name_from_everywhere_does_not_keep_its_owner_out_at_home(house):
    async def guess() -> list[int]:
        app = create_app(FakeAppliance(), access=house.access)

        async def log_in(address: str, password: str) -> int:
            transport = httpx.ASGITransport(app, client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                given = {"name": "ann", "password": password}
                return (await client.post("/api/v1/session", json=given)).status_code

        at_home = await log_in("192.0.2.1", PASSWORDS["ann"])
        for number in range(32):
            await log_in(f"10.0.0.{number}", "wrong")
        elsewhere = await log_in("192.0.2.2", PASSWORDS["ann"])
        return [at_home, elsewhere, await log_in("192.0.2.1", PASSWORDS["ann"])]

    assert asyncio.run(guess()) == [200, 429, 200]
