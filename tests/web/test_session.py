"""To log in, to go on, to log out: over the real routes."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from parts.peopled import PASSWORDS, SERVICE_TOKEN, Peopled, bearer
from parts.web_server import DirectClient, FakeAppliance, serving, stored_appliance
from vedette.people.changes import with_change, without_person, without_token
from vedette.web.app import create_app
from vedette.web.streams import Streams

ANN = {"name": "ann", "password": PASSWORDS["ann"]}


@pytest.fixture
def house(tmp_path):
    return Peopled(tmp_path / "house")


@pytest.fixture
def asking(house):
    with DirectClient(create_app(FakeAppliance(), access=house.access)) as client:
        yield client


def headers_of(reply: httpx.Response) -> dict[str, str]:
    """What the page sends after this log-in."""
    cookie = reply.headers["set-cookie"].partition(";")[0]
    return {"Cookie": cookie, "X-CSRF-Token": reply.json()["csrf_token"]}


def test_who_logs_in_is_known_until_they_log_out(asking):
    reply = asking.post("/api/v1/session", json=ANN)
    assert reply.status_code == 200
    assert reply.json()["person"] == {"name": "ann", "role": "admin"}
    page = headers_of(reply)
    assert asking.get("/api/v1/session", headers=page).json()["person"]["name"] == "ann"
    assert asking.get("/api/v1/people", headers=page).status_code == 200
    left = asking.delete("/api/v1/session", headers=page)
    assert left.status_code == 204
    assert 'vedette=""' in left.headers["set-cookie"]
    assert asking.get("/api/v1/session", headers=page).json()["person"] is None
    assert asking.get("/api/v1/people", headers=page).status_code == 401


def test_a_session_that_was_left_is_none_after_a_restart_either(asking, house):
    page = house.session("ann")
    asking.delete("/api/v1/session", headers=page)
    again = Peopled(house.folder, has_people=False)
    with DirectClient(create_app(FakeAppliance(), access=again.access)) as client:
        assert client.get("/api/v1/people", headers=page).status_code == 401
        assert client.get("/api/v1/people", headers=again.session("ann")).status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_of_foreign_pages(asking):
    cookie = asking.post("/api/v1/session", json=ANN).headers["set-cookie"]
    assert cookie.startswith("vedette=")
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=2592000"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_where_tls_ends_at_a_proxy_the_cookie_is_for_tls_alone(asking):
    own = {"Origin": "https://127.0.0.1"}
    reply = asking.post("/api/v1/session", json=ANN, headers=own)
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("__Host-vedette=")
    assert "Secure" in cookie
    assert asking.get("/api/v1/people", headers=headers_of(reply)).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {"name": "ann", "password": "wrong"},
        {"name": "ann", "password": ""},
        {"name": "nobody", "password": PASSWORDS["ann"]},
        {"name": "", "password": ""},
        {"name": "ann' OR '1'='1", "password": "x"},
        {"name": "ann\u0000", "password": PASSWORDS["ann"]},
    ],
    ids=ascii,
)
def test_a_wrong_name_and_a_wrong_password_are_told_alike(asking, given):
    reply = asking.post("/api/v1/session", json=given)
    assert reply.status_code == 401
    assert reply.json()["error"] == "the name or the password is wrong."
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("name", ["Ann", " ANN ", "\uff41\uff4e\uff4e"])
def test_a_name_may_be_written_otherwise(asking, name):
    assert asking.post("/api/v1/session", json={**ANN, "name": name}).status_code == 200


def test_who_guesses_is_not_heard_for_a_minute_even_if_they_guess_it(asking, house):
    wrong = {"name": "ann", "password": "wrong"}
    statuses = [asking.post("/api/v1/session", json=wrong).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    refused = asking.post("/api/v1/session", json=ANN)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 61
    house.clock.seconds += 61
    assert asking.post("/api/v1/session", json=ANN).status_code == 200


def test_a_name_is_guessed_at_from_many_addresses_in_vain(house):
    async def guess() -> list[int]:
        app, found = create_app(FakeAppliance(), access=house.access), []
        for number in range(32):
            transport = httpx.ASGITransport(app, client=(f"10.0.0.{number}", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                wrong = {"name": f"{'Ann' if number % 2 else 'ann'}", "password": "wrong"}
                found.append((await client.post("/api/v1/session", json=wrong)).status_code)
        return found

    assert asyncio.run(guess()) == [401] * 30 + [429] * 2


def test_without_a_session_the_page_learns_that_one_logs_in_and_no_more(asking):
    assert asking.get("/api/v1/session").json() == {
        "access": "people",
        "is_claimed": True,
        "person": None,
        "csrf_token": "",
        "version": "",
    }


def test_where_anyone_may_ask_nobody_logs_in():
    with DirectClient(create_app(FakeAppliance())) as client:
        told = client.get("/api/v1/session").json()
        assert (told["access"], told["is_claimed"], told["person"]) == ("anyone", True, None)
        refused = client.post("/api/v1/session", json=ANN)
        assert (refused.status_code, "service.access" in refused.json()["remedy"]) == (409, True)


@pytest.mark.parametrize("shown", [None, "", "0" * 64, "\u00e9"], ids=ascii)
def test_a_change_without_the_sessions_proof_is_none(asking, house, shown):
    page = house.session("ann")
    page.pop("X-CSRF-Token")
    if shown is not None:
        page["X-CSRF-Token"] = shown.encode("latin-1")
    assert asking.post("/api/v1/system/reload", headers=page).status_code == 403
    assert asking.get("/api/v1/people", headers=page).status_code == 200


def test_the_proof_of_another_session_is_none(asking, house):
    mine, other = house.session("ann"), house.session("ann")
    crossed = {**mine, "X-CSRF-Token": other["X-CSRF-Token"]}
    assert asking.post("/api/v1/system/reload", headers=crossed).status_code == 403
    assert asking.post("/api/v1/system/reload", headers=mine).status_code == 200


def test_a_program_with_a_token_needs_no_proof(asking, house):
    assert asking.post("/api/v1/system/reload", headers=house.token("admin")).status_code == 200


def test_a_damaged_file_lets_nobody_in_but_the_configurations_token(asking, house):
    page, token = house.session("ann"), house.token("admin")
    house.register.path.write_text("{")
    house.register.refresh()
    for headers in (page, {}):
        reply = asking.get("/api/v1/people", headers=headers)
        assert (reply.status_code, "damaged" in reply.json()["error"]) == (503, True)
    assert asking.get("/api/v1/people", headers=token).status_code == 401
    assert asking.post("/api/v1/session", json=ANN).status_code == 503
    assert asking.get("/api/v1/cameras", headers=bearer(SERVICE_TOKEN)).status_code == 200
    assert asking.get("/healthz").status_code == 200


def test_log_in_works_while_the_database_does_not(tmp_path, house):
    with stored_appliance(tmp_path / "appliance") as appliance:
        appliance.events.close = None
    with DirectClient(create_app(appliance, access=house.access)) as client:
        page = headers_of(client.post("/api/v1/session", json=ANN))
        assert client.get("/api/v1/events", headers=page).status_code >= 500
        assert client.get("/api/v1/people", headers=page).status_code == 200


def test_no_word_of_a_log_in_is_in_the_log(asking, caplog):
    caplog.set_level("DEBUG")
    reply = asking.post("/api/v1/session", json=ANN)
    asking.post("/api/v1/session", json={"name": "my-secret-in-the-wrong-field", "password": "wrong"})
    session = headers_of(reply)["Cookie"].partition("=")[2]
    for secret in (PASSWORDS["ann"], session, "my-secret", reply.json()["csrf_token"]):
        assert secret not in caplog.text


ENDINGS = {
    "password": lambda house: house.register.change(
        lambda book: with_change(book, house.person("bert").id, password="another")
    ),
    "role": lambda house: house.register.change(
        lambda book: with_change(book, house.person("bert").id, role="admin")
    ),
    "removal": lambda house: house.register.change(
        lambda book: without_person(book, house.person("bert").id)
    ),
    "a damaged file": lambda house: (house.register.path.write_text("{"), house.register.refresh()),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_stream_that_is_open_ends_with_the_session(house, ending):
    with serving(FakeAppliance(), access=house.access) as port:
        address = f"http://127.0.0.1:{port}/api/v1/live"
        with (
            httpx.Client(timeout=30) as client,
            client.stream("GET", address, headers=house.session("bert")) as reply,
        ):
            pieces = reply.iter_raw()
            assert b"hello" in next(pieces)
            ENDINGS[ending](house)
            assert b"hello" not in b"".join(pieces)


def test_a_stream_ends_with_its_token_and_others_go_on(house):
    with serving(FakeAppliance(), access=house.access) as port, httpx.Client(timeout=30) as client:
        address = f"http://127.0.0.1:{port}/api/v1/live"
        page, token = house.session("ann"), house.token("view")
        with (
            client.stream("GET", address, headers=page) as staying,
            client.stream("GET", address, headers=token) as leaving,
        ):
            going_on, ended = staying.iter_raw(), leaving.iter_raw()
            next(going_on), next(ended)
            house.register.change(lambda book: without_token(book, book.tokens[0].id))
            assert list(ended) in ([], [b""])
            assert client.get(f"http://127.0.0.1:{port}/api/v1/cameras", headers=page).status_code == 200


class Parrot:
    """A socket's app that only ever sends, as one that shows pictures does."""

    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        while True:
            await send({"type": "websocket.send", "text": scope["state"]["visitor"].name})
            await asyncio.sleep(0.01)


@pytest.fixture
def port(house, monkeypatch):
    app = create_app(FakeAppliance(), access=house.access)
    app.router = Parrot(app.router)
    monkeypatch.setattr("parts.web_server.create_app", lambda *_: _with_streams(app))
    with serving(FakeAppliance(), access=house.access) as port:
        yield port


def _with_streams(app):
    app.state.streams = getattr(app.state, "streams", Streams())
    return app


def socket(port, headers, **more):
    return connect(f"ws://127.0.0.1:{port}/api/v1/cameras/x/watch", additional_headers={**headers, **more})


def told_until_closed(open_socket):
    try:
        while True:
            open_socket.recv(timeout=30)
    except ConnectionClosed as closed:
        return closed.rcvd.code


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_socket_that_is_open_is_closed_with_the_session(house, port, ending):
    with socket(port, house.session("bert")) as open_socket:
        assert open_socket.recv() == "bert"
        threading.Thread(target=ENDINGS[ending], args=(house,)).start()
        assert told_until_closed(open_socket) == 4401


@pytest.mark.parametrize(
    ("more", "status"),
    [
        pytest.param({"Origin": "http://evil.example"}, 403, id="a foreign page"),
        pytest.param({"Origin": "null"}, 403, id="a page without an origin"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="a foreign site"),
        pytest.param({"Cookie": ""}, 401, id="nobody"),
    ],
)
def test_a_socket_is_refused_before_it_opens(house, port, more, status):
    with pytest.raises(InvalidStatus) as refused, socket(port, house.session("bert"), **more):
        pass
    response = refused.value.response
    assert response.status_code == status
    assert set(json.loads(response.body)) == {"error", "remedy"}
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_socket_of_ones_own_page_or_of_a_program_opens(house, port):
    own = {"Origin": f"http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}
    for headers in ({**house.session("bert"), **own}, house.token("view")):
        with socket(port, headers) as opened:
            assert opened.recv()
