from __future__ import annotations

import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from parts.taught_pictures import jpeg
from parts.web_server import FakeAppliance, serving
from vedette.errors import BackendError
from vedette.pipeline.inference_queue import TurnTimeout
from vedette.pixels.picture import MAXIMUM_BYTES
from vedette.values.prediction import Classification
from vedette.web.limits import Limits

PICTURE = jpeg("cat", 1)


def is_refusal(reply: httpx.Response, status: int) -> bool:
    body = reply.json()
    return reply.status_code == status and set(body) == {"error", "remedy"} and body["error"].endswith(".")


@pytest.fixture(scope="module")
def served():
    appliance = FakeAppliance()
    with serving(appliance) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield appliance, client


@pytest.fixture
def appliance(served):
    """One for all tests, as new for each: to start and end a server takes 0.3 s."""
    vars(served[0]).update(vars(FakeAppliance()))
    return served[0]


@pytest.fixture
def ask(appliance, served):
    return lambda **given: served[1].post("/api/image", **given)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"content": PICTURE}, id="raw, no type"),
        pytest.param({"content": PICTURE, "headers": {"Content-Type": "image/jpeg"}}, id="raw, image/jpeg"),
        pytest.param(
            {"content": PICTURE, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            id="raw, as curl --data-binary says it",
        ),
        pytest.param({"content": iter([PICTURE[:100], PICTURE[100:]])}, id="raw, chunked"),
        pytest.param({"files": {"image": ("cat.jpg", PICTURE, "image/jpeg")}}, id="form, image"),
        pytest.param({"files": {"file": ("cat.jpg", PICTURE)}}, id="form, another field"),
        pytest.param({"files": {"image": (None, PICTURE)}}, id="form, image without a file name"),
        pytest.param(
            {"files": [("first", ("no.txt", b"no picture")), ("image", ("cat.jpg", PICTURE))]},
            id="form, image preferred to the first file",
        ),
        pytest.param(
            {"files": {"file": ("cat.jpg", PICTURE)}, "data": {"note": "from the door"}},
            id="form, file among other fields",
        ),
    ],
)
def test_a_picture_is_answered_with_tags_however_it_is_sent(ask, appliance, given):
    reply = ask(**given)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == {"tags": {"background": 0.02, "cat": 0.05, "mouse": 0.93}}
    assert appliance.asked == [(PICTURE, None)]


def test_a_rejected_picture_names_no_class_that_a_door_could_act_on(ask, appliance):
    appliance.answer = Classification("unknown", {"cat": 0.999, "mouse": 0.001}, 0.8, 0.3)
    assert ask(content=PICTURE).json() == {"tags": {"unknown": 1.0}}


def test_confidences_are_given_to_four_places(ask, appliance):
    appliance.answer = Classification("cat", {"cat": 2 / 3, "mouse": 1 / 3})
    assert ask(content=PICTURE).json() == {"tags": {"cat": 0.6667, "mouse": 0.3333}}


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"", "no bytes", id="nothing"),
        pytest.param(b"open the door", "not a picture", id="text"),
        pytest.param(b"GIF89a" + bytes(50), "not a picture", id="a format that is not opened"),
        pytest.param(PICTURE[:-200], "ends in the middle", id="half a JPEG"),
        pytest.param(PICTURE[:2], "not a picture", id="two bytes of a JPEG"),
        pytest.param(bomb(60_000, 60_000), "million", id="decompression bomb"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(40), "not a picture", id="damaged PNG"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(ask, appliance, body, said):
    reply = ask(content=body)
    assert is_refusal(reply, 422)
    assert said in reply.json()["error"]
    assert reply.json()["remedy"]
    assert appliance.asked == []


@pytest.mark.parametrize(("more", "as_form"), [(1, False), (1, True), (2**20, False), (2**20, True)], ids=str)
def test_a_picture_over_the_limit_is_too_large_however_it_is_sent(ask, appliance, more, as_form):
    body = PICTURE[:-2] + bytes(MAXIMUM_BYTES + more - len(PICTURE)) + PICTURE[-2:]
    reply = ask(**({"files": {"image": ("cat.jpg", body)}} if as_form else {"content": body}))
    assert is_refusal(reply, 413)
    assert "16 MB" in reply.json()["error"]
    assert appliance.asked == []


def test_a_picture_as_large_as_allowed_fits_into_a_form(ask, appliance):
    body = PICTURE[:-2] + bytes(MAXIMUM_BYTES - len(PICTURE)) + PICTURE[-2:]
    assert ask(files={"image": ("cat.jpg", body)}).status_code == 200
    assert len(appliance.asked[0][0]) == MAXIMUM_BYTES


FORM = {"Content-Type": "multipart/form-data; boundary=b"}
PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\nabc'


@pytest.mark.parametrize(
    ("headers", "body", "said"),
    [
        pytest.param({"Content-Type": "multipart/form-data"}, b"--b\r\n", "damaged", id="no boundary"),
        pytest.param(
            {"Content-Type": f"multipart/form-data; boundary={'b' * 999}"}, b"", "damaged", id="long boundary"
        ),
        pytest.param(FORM, b"no form at all", "damaged", id="no form"),
        pytest.param(FORM, b"", "ends in the middle", id="empty"),
        pytest.param(FORM, PART % b"image", "ends in the middle", id="cut off"),
        pytest.param(FORM, PART % b"x" + b"\r\n--b--\r\n", "no file", id="no file"),
        pytest.param(FORM, b"--b\r\n\r\nabc\r\n--b--\r\n", "no file", id="part without headers"),
        pytest.param(
            FORM, b"--b\r\nA: " + b"a" * 100_000 + b"\r\n\r\n--b--\r\n", "damaged", id="endless header"
        ),
        pytest.param(FORM, (PART % b"x" + b"\r\n") * 40 + b"--b--\r\n", "parts", id="many parts"),
    ],
)
def test_a_form_without_a_picture_is_refused_with_a_reason(ask, headers, body, said):
    reply = ask(content=body, headers=headers)
    assert is_refusal(reply, 400)
    assert said in reply.json()["error"]


def test_a_picture_that_looks_like_a_boundary_comes_whole(ask, appliance):
    body = PICTURE[:-2] + b"\r\n--b\r\n--bound\r\n\xff\xd9"
    head = b'--boundary\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
    reply = ask(
        content=head + body + b"\r\n--boundary--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=boundary"},
    )
    assert reply.status_code == 200
    assert appliance.asked == [(body, None)]


def test_the_asked_classifier_answers(ask, appliance):
    appliance.classifiers = ("door", "feeder")
    assert ask(content=PICTURE, params={"classifier": "feeder"}).status_code == 200
    assert appliance.asked == [(PICTURE, "feeder")]


def test_a_wrong_name_is_told_the_nearest_one(ask, appliance):
    appliance.classifiers = ("door", "feeder")
    reply = ask(content=PICTURE, params={"classifier": "feder"})
    assert is_refusal(reply, 404)
    assert "'feeder'" in reply.json()["remedy"]
    assert appliance.asked == []


def test_a_name_that_is_near_to_none_is_told_all(ask, appliance):
    appliance.classifiers = ("door", "feeder")
    reply = ask(content=PICTURE, params={"classifier": "x" * 5000})
    assert is_refusal(reply, 404)
    assert "door, feeder" in reply.json()["remedy"]
    assert len(reply.json()["error"]) < 200


def test_without_any_classifier_it_says_what_to_do(ask, appliance):
    appliance.classifiers = ()
    reply = ask(content=PICTURE)
    assert is_refusal(reply, 503)
    assert "vedette teach" in reply.json()["remedy"]


def test_a_busy_device_asks_for_patience(ask, appliance):
    def busy():
        raise TurnTimeout("the device stayed busy.")

    appliance.behave = busy
    reply = ask(content=PICTURE)
    assert is_refusal(reply, 503)
    assert reply.headers["retry-after"] == "1"


def test_a_failed_device_is_told_as_it_is(ask, appliance):
    def broken():
        raise BackendError("the Edge TPU does not answer.", "Plug it in again.")

    appliance.behave = broken
    reply = ask(content=PICTURE)
    assert is_refusal(reply, 500)
    assert reply.json() == {"error": "the Edge TPU does not answer.", "remedy": "Plug it in again."}


def test_an_error_that_nobody_foresaw_is_logged_and_not_shown(ask, appliance, caplog):
    def surprise():
        raise ZeroDivisionError("secret of the house")

    appliance.behave = surprise
    reply = ask(content=PICTURE)
    assert is_refusal(reply, 500)
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text
    assert "secret of the house" in caplog.text
    appliance.behave = lambda: None
    assert ask(content=PICTURE).status_code == 200


def test_all_who_ask_at_once_are_answered_one_after_another(appliance):
    at_work = threading.Lock()
    met = []

    def one_at_a_time():
        met.append(at_work.acquire(blocking=False))
        at_work.release()

    appliance.behave = one_at_a_time
    with (
        serving(appliance, Limits(waiting=48)) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
        ThreadPoolExecutor(12) as many,
    ):
        replies = list(many.map(lambda _: client.post("/api/image", content=PICTURE), range(48)))
    assert [reply.status_code for reply in replies] == [200] * 48
    assert met == [True] * 48


def test_more_than_may_wait_are_refused_at_once_and_those_who_wait_are_answered(appliance):
    released = threading.Event()
    appliance.behave = lambda: released.wait(20)
    with (
        serving(appliance, Limits(waiting=3, patience_seconds=30)) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
        ThreadPoolExecutor(8) as many,
    ):
        futures = [many.submit(client.post, "/api/image", content=PICTURE) for _ in range(8)]
        refused = until(
            lambda: [each.result() for each in futures if each.done()], lambda done: len(done) >= 5
        )
        released.set()
        replies = [future.result() for future in futures]
    assert len(refused) == 5
    assert all(is_refusal(reply, 503) and reply.headers["retry-after"] for reply in refused)
    assert sorted(reply.status_code for reply in replies) == [200] * 3 + [503] * 5


def test_a_device_that_hangs_holds_up_neither_the_askers_nor_the_service(appliance):
    released = threading.Event()
    appliance.behave = lambda: released.wait(20)
    limits = Limits(waiting=2, patience_seconds=0.05)
    with serving(appliance, limits) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        replies = [client.post("/api/image", content=PICTURE) for _ in range(4)]
        assert all(is_refusal(reply, 503) for reply in replies)
        assert ["busy" in reply.json()["error"] for reply in replies] == [True, True, False, False]
        assert client.get("/healthz").json() == {"status": "ok"}
        released.set()
        again = until(
            lambda: client.post("/api/image", content=PICTURE), lambda reply: reply.status_code == 200
        )
        assert again.status_code == 200


def until(look, is_well):
    """What `look` gives when it is well, or after some seconds."""
    for _ in range(1000):
        seen = look()
        if is_well(seen):
            break
        threading.Event().wait(0.01)
    return seen
