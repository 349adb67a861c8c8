from __future__ import annotations

import asyncio

import pytest

from parts.taught_pictures import jpeg
from parts.web_server import DirectClient
from vedette.web.app import create_app
from vedette.web.idempotency import Answers
from vedette.web.limits import Limits
from vedette.web.refusal import Refusal

KEY = {"Idempotency-Key": "a1"}
RELOAD = "/api/v1/system/reload"
EXAMPLES = "/api/v1/classifiers/door/examples"


def test_the_same_key_does_it_once_and_gives_the_same_answer(asking, stored):
    first, second = (asking.post(RELOAD, headers=KEY) for _ in range(2))
    assert stored.system.reloads == 1
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.status_code == 200
    assert asking.post(RELOAD, headers={"Idempotency-Key": "a2"}).status_code == 200
    assert asking.post(RELOAD).status_code == 200
    assert stored.system.reloads == 3


def test_a_picture_that_is_sent_again_is_answered_as_the_first_time(asking):
    asking.post("/api/v1/classifiers", json={"name": "door"})
    given = {"headers": KEY, "params": {"label": "cat"}}
    replies = [asking.post(EXAMPLES, content=jpeg("cat", 1), **given) for _ in range(2)]
    assert [reply.json()["became"] for reply in replies] == ["added", "added"]
    form = {**given, "headers": {"Idempotency-Key": "form"}}
    # httpx draws a new boundary for each: the form is the same one.
    replies = [asking.post(EXAMPLES, files={"image": jpeg("cat", 2)}, **form) for _ in range(2)]
    assert [reply.json()["became"] for reply in replies] == ["added", "added"]


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("/api/v1/classifiers", {"json": {"name": "roof"}}),
        ("/api/v1/classifiers?x=1", {"json": {"name": "door"}}),
        (RELOAD, {}),
    ],
    ids=["another body", "another query", "another address"],
)
def test_a_key_of_another_request_is_refused(asking, stored, address, given):
    asking.post("/api/v1/classifiers", json={"name": "door"}, headers=KEY)
    reply = asking.post(address, headers=KEY, **given)
    assert reply.status_code == 422
    assert "key" in reply.json()["error"]
    assert stored.teaching.names == ("door",)
    assert stored.system.reloads == 0


def test_what_was_refused_may_be_tried_again(asking, stored):
    stored.delivery.fails = "the phone is off."
    assert asking.post("/api/v1/actions/phone/test", headers=KEY).status_code == 502
    stored.delivery.fails = None
    assert asking.post("/api/v1/actions/phone/test", headers=KEY).status_code == 200
    assert asking.post("/api/v1/actions/phone/test", headers=KEY).status_code == 200
    assert stored.delivery.tested == ["phone"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a b"])
def test_a_key_that_is_none_is_refused(asking, stored, key):
    assert asking.post(RELOAD, headers={"Idempotency-Key": key}).status_code == 422
    assert stored.system.reloads == 0


def test_a_body_is_counted_before_anybody_acts_on_it(stored):
    with DirectClient(create_app(stored, limits=Limits(body_bytes=1000, json_bytes=100))) as client:
        for content_type, size in (("application/json", 101), ("text/plain", 1001), ("", 1001)):
            reply = client.post(
                "/api/v1/classifiers", content=b"x" * size, headers={"Content-Type": content_type, **KEY}
            )
            assert reply.status_code == 413
        assert client.patch("/api/v1/events/x", content=b"x" * 1001).status_code == 413


def message(status: int = 200, body: bytes = b"ok"):
    return (
        {"type": "http.response.start", "status": status, "headers": []},
        {"type": "http.response.body", "body": body},
    )


class Asker:
    """Acts and is answered."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.acts = 0
        self.heard = []
        self.free = asyncio.Event()
        self.free.set()

    async def hear(self, heard):
        self.heard.append(heard)

    async def act(self, send):
        self.acts += 1
        await self.free.wait()
        for each in message(body=b"x" * 1000):
            await send(each)

    async def ask(self, key: str, request: bytes = b"r"):
        await self.answers.once(key, request, self.act, self.hear)


def test_the_second_does_not_overtake_the_first():
    async def scene():
        asker = Asker(Answers())
        asker.free.clear()
        first = asyncio.create_task(asker.ask("k"))
        await asyncio.sleep(0)
        with pytest.raises(Refusal) as caught:
            await asker.ask("k")
        assert caught.value.status == 409
        asker.free.set()
        await first
        await asker.ask("k")
        assert asker.acts == 1
        assert len(asker.heard) == 4

    asyncio.run(scene())


def test_a_key_is_forgotten_after_a_day_and_many_take_no_more_memory():
    async def scene():
        now = [0.0]
        asker = Asker(Answers(lambda: now[0]))
        await asker.ask("k")
        now[0] = 24 * 3600.0 + 1
        await asker.ask("k")
        assert asker.acts == 2
        for number in range(2000):
            await asker.ask(f"k{number}")
        assert len(asker.answers._answers) <= 512
        assert asker.answers._bytes == sum(each.size for each in asker.answers._answers.values())
        await asker.ask("k1999")
        assert asker.acts == 2002

    asyncio.run(scene())


def test_an_answer_that_broke_off_is_not_kept():
    async def scene():
        answers = Answers()

        async def broken(send):
            await send(message()[0])
            raise ConnectionError

        async def hear(_):
            pass

        with pytest.raises(ConnectionError):
            await answers.once("k", b"r", broken, hear)
        asker = Asker(answers)
        await asker.ask("k")
        assert asker.acts == 1

    asyncio.run(scene())
