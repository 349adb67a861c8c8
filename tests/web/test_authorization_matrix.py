"""Every way into the service x everybody who may stand before it.

What is expected stands here a second time, on purpose, route by route: a new route fails until somebody
has decided who it is for, and a slip in the table of `permissions.py` shows.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest

from parts.peopled import SERVICE_TOKEN, Peopled, bearer
from parts.routes import SOCKET, ways_in
from parts.web_server import FakeAppliance
from vedette.people.changes import with_change, with_left, without_person, without_token
from vedette.web.app import create_app
from vedette.web.limits import Limits
from vedette.web.permissions import need_of

EXPECTED = {
    "anybody": """
        GET /
        GET /healthz
        GET /api/v1/session
        POST /api/v1/session
        POST /api/v1/people/first
    """,
    "whoever has logged in": """
        DELETE /api/v1/session
        PUT /api/v1/people/me/password
    """,
    "classify or here": """
        POST /api/image
    """,
    "classify": """
        POST /api/v1/cameras/{name}/frames
    """,
    "view": """
        GET /api/v1/actions
        GET /api/v1/actuators
        GET /api/v1/cameras
        GET /api/v1/cameras/{name}
        GET /api/v1/cameras/{name}/preview
        GET /api/v1/cameras/{name}/snapshot
        SOCKET /api/v1/cameras/{name}/watch
        GET /api/v1/events
        GET /api/v1/events/counts
        GET /api/v1/events/facets
        GET /api/v1/events/{event_id}
        GET /api/v1/events/{event_id}/clip
        GET /api/v1/events/{event_id}/evidence
        GET /api/v1/events/{event_id}/neighbours
        GET /api/v1/events/{event_id}/snapshot
        GET /api/v1/explain
        GET /api/v1/explain/rows
        GET /api/v1/explain/strip
        GET /api/v1/live
        GET /api/v1/outbox
        GET /api/v1/system
        GET /api/v1/system/latencies
        GET /metrics
        GET /openapi.json
        GET /readyz
    """,
    "view or teach": """
        GET /api/v1/classifiers
        GET /api/v1/classifiers/{name}
        GET /api/v1/classifiers/{name}/advice
        GET /api/v1/classifiers/{name}/answer
        GET /api/v1/classifiers/{name}/doubts
        GET /api/v1/classifiers/{name}/examples
        GET /api/v1/classifiers/{name}/examples/{digest}/picture
    """,
    "teach": """
        POST /api/v1/classifiers
        PATCH /api/v1/classifiers/{name}
        DELETE /api/v1/classifiers/{name}
        POST /api/v1/classifiers/{name}/examples
        PATCH /api/v1/classifiers/{name}/examples
        POST /api/v1/classifiers/{name}/examples/remove
        PATCH /api/v1/classifiers/{name}/examples/{digest}
        DELETE /api/v1/classifiers/{name}/examples/{digest}
        POST /api/v1/classifiers/{name}/proposals
        POST /api/v1/classifiers/{name}/redo
        POST /api/v1/classifiers/{name}/teach
        POST /api/v1/classifiers/{name}/undo
        GET /api/v1/classifiers/{name}/export
        POST /api/v1/classifiers/import
    """,
    "admin": """
        POST /api/v1/actions/{name}/test
        GET /api/v1/configuration
        GET /api/v1/configuration/devices
        GET /api/v1/configuration/schema
        GET /api/v1/configuration/text
        POST /api/v1/configuration/actions/test
        PUT /api/v1/configuration/actions/{name}
        DELETE /api/v1/configuration/actions/{name}
        POST /api/v1/configuration/cameras/test
        PUT /api/v1/configuration/cameras/{name}
        DELETE /api/v1/configuration/cameras/{name}
        PUT /api/v1/configuration/cameras/{name}/classifiers
        PUT /api/v1/configuration/cameras/{name}/masks
        POST /api/v1/configuration/cameras/{name}/rules
        PUT /api/v1/configuration/cameras/{name}/rules/{rule:path}
        DELETE /api/v1/configuration/cameras/{name}/rules/{rule:path}
        PATCH /api/v1/events/{event_id}
        DELETE /api/v1/events/{event_id}
        POST /api/v1/explain/replay
        DELETE /api/v1/outbox/{key}
        POST /api/v1/outbox/{key}/retry
        GET /api/v1/people
        POST /api/v1/people
        PATCH /api/v1/people/{person_id}
        DELETE /api/v1/people/{person_id}
        POST /api/v1/system/reload
        GET /api/v1/system/logs
        GET /api/v1/tokens
        POST /api/v1/tokens
        DELETE /api/v1/tokens/{token_id}
    """,
}
NEEDS = {tuple(line.split()): need for need, lines in EXPECTED.items() for line in lines.strip().splitlines()}

LET_IN = {
    "anybody": None,
    "whoever has logged in": {"viewer", "admin"},
    "classify or here": {"admin", "classify token", "admin token", "service token", "program here"},
    "classify": {"admin", "classify token", "admin token", "service token"},
    "view": {"viewer", "admin", "view token", "admin token", "service token"},
    "view or teach": {"viewer", "admin", "view token", "teach token", "admin token", "service token"},
    "teach": {"admin", "teach token", "admin token", "service token"},
    "admin": {"admin", "admin token", "service token"},
}
"""Who is let in where; None: everybody."""


@dataclass(frozen=True)
class Caller:
    """Somebody before the door. `is_known`: refused with 403, not 401, where they may not."""

    headers: dict[str, str] = field(default_factory=dict)
    address: str = "10.0.0.5"
    host: str = "10.0.0.2:8731"
    is_known: bool = True


def callers(house: Peopled) -> dict[str, Caller]:
    """Everybody, after what was done to them has been done."""
    strangers = {
        "nobody": Caller(is_known=False),
        "program here": Caller({}, "127.0.0.1", "127.0.0.1:8731", is_known=False),
        "a page here": Caller(
            {"Sec-Fetch-Site": "same-origin"}, "127.0.0.1", "127.0.0.1:8731", is_known=False
        ),
        "a proxy here": Caller({"X-Forwarded-For": "1.2.3.4"}, "127.0.0.1", "localhost", is_known=False),
        "a wrong token": Caller(bearer("vdt_" + "x" * 43), is_known=False),
    }
    house.add("carl", "viewer")
    house.add("dora", "admin")
    house.add("emil", "admin")
    past = {
        "viewer with an old password": house.session("carl"),
        "admin who was degraded": house.session("dora"),
        "admin who was removed": house.session("emil"),
        "admin who has logged out": house.session("ann"),
        "token of who was removed": house.token("admin", owner="emil"),
        "token of who has a new password": house.token("view", owner="carl"),
        "token that was revoked": house.token("admin"),
    }
    revoked = house.book.tokens[-1].id
    left = _session_id(house, past["admin who has logged out"])
    house.register.change(lambda book: with_change(book, house.person("carl").id, password="another"))
    house.register.change(lambda book: with_change(book, house.person("dora").id, role="viewer"))
    house.register.change(lambda book: without_person(book, house.person("emil").id))
    now = house.clock.now()
    house.register.change(lambda book: with_left(book, left, now + timedelta(days=30), now))
    house.register.change(lambda book: without_token(book, revoked))
    known = {
        "viewer": house.session("bert"),
        "admin": house.session("ann"),
        "view token": house.token("view"),
        "classify token": house.token("classify"),
        "teach token": house.token("teach"),
        "admin token": house.token("admin"),
        "service token": bearer(SERVICE_TOKEN),
    }
    return (
        strangers
        | {name: Caller(headers, is_known=False) for name, headers in past.items()}
        | {name: Caller(headers) for name, headers in known.items()}
    )


def _session_id(house: Peopled, headers: dict[str, str]) -> str:
    from vedette.people.sessions import visitor_of

    sent = headers["Cookie"].removeprefix("vedette=")
    return visitor_of(house.book, sent, house.clock.now().timestamp()).session


async def let_in(scope, receive, send):
    """Stands in the place of all routes."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 1000})
        return
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return Peopled(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def app(house, tmp_path_factory):
    page = tmp_path_factory.mktemp("page")
    (page / "index.html").write_text("<!doctype html>")
    return create_app(FakeAppliance(), access=house.access, page=page)


@pytest.fixture(scope="module")
def ways(app):
    return ways_in(app)


@pytest.fixture(scope="module")
def door(house, ways, tmp_path_factory):
    """The same service, with nothing behind the door."""
    limits = Limits(requests_per_second=1e6, burst=10**6)
    page = tmp_path_factory.mktemp("page")
    (page / "index.html").write_text("<!doctype html>")
    app = create_app(FakeAppliance(), limits=limits, access=house.access, page=page)
    app.router = let_in
    return app


@pytest.fixture(scope="module")
def outcomes(door, ways, house):
    """Caller, and whether it is known who they are, to way to status; 299 is: let in."""
    return asyncio.run(_asked(door, ways, callers(house), house.clock))


async def _asked(door, ways, everybody, clock):
    found = {}
    for name, caller in everybody.items():
        transport = httpx.ASGITransport(door, client=(caller.address, 40000), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{caller.host}") as client:
            found[name, caller.is_known] = row = {}
            for way in ways:
                # Who shows wrong tokens all the time would not be heard.
                clock.seconds += 61
                row[way] = await _status(door, client, caller, *way)
    return found


async def _status(door, client, caller, method, path):
    address = path.replace("{", "").replace("}", "").replace(":path", "")
    if method != SOCKET:
        return (await client.request(method, address, headers=caller.headers)).status_code
    return await socket_status(door, address, caller)


async def socket_status(door, path, caller):
    """The status with which a WebSocket is refused, or 299."""
    sent, given = [], {"host": caller.host, **{name.lower(): value for name, value in caller.headers.items()}}
    scope = {
        "type": "websocket",
        "scheme": "ws",
        "path": path,
        "query_string": b"",
        "client": (caller.address, 40000),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    await door(scope, receive, send)
    return 299 if sent[0]["type"] == "websocket.accept" else sent[0]["status"]


def test_somebody_has_decided_on_every_way_in(ways):
    assert len(ways) > 60
    unknown = [way for way in ways if way not in NEEDS]
    assert unknown == [], "say in EXPECTED who these are for"


def test_everybody_gets_in_where_they_may_and_nowhere_else(outcomes, ways):
    wrong = {}
    for (name, is_known), row in outcomes.items():
        for way in ways:
            allowed = LET_IN[NEEDS[way]] if way in NEEDS else set()
            expected = 299 if allowed is None or name in allowed else 403 if is_known else 401
            if row[way] != expected:
                wrong[name, *way] = (row[way], expected)
    assert wrong == {}


def test_the_matrix_is_as_large_as_it_should_be(outcomes, ways):
    assert len(outcomes) == 19
    assert {len(row) for row in outcomes.values()} == {len(ways)}
    assert len([way for way in ways if way[0] == SOCKET]) >= 1


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", SOCKET]
)
@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/api/v1/nothing", "/api/v1/people\n", "//api/v1/people", "/.."]
)
def test_a_way_that_nobody_has_named_is_for_who_may_look_or_for_admins(method, path):
    need = need_of(method, path)
    assert need.gate == "scope"
    reads = method in {"GET", "HEAD", "OPTIONS", SOCKET}
    is_people = path.startswith("/api/v1/people")
    assert need.scopes == ({"view"} if reads and not is_people else {"admin"})
