import json
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from parts.command_line import run_command, run_json
from parts.explained import BUSY, MOVING, START, Recording, saw, verdict
from vedette.cli.explain import ServiceError, explain, moment
from vedette.errors import UsageError
from vedette.pipeline.explain_window import Window

TOKEN = "a-token-of-more-than-sixteen"
ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 5, 1, 14, 40, 30, tzinfo=ZONE)
ASKED = (START + timedelta(seconds=60)).isoformat()


class Service(ThreadingHTTPServer):
    """GET /api/v1/explain, as the service answers it."""

    def __init__(self, recording=None, refusal=None):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.recording, self.refusal = recording, refusal
        self.asked = []


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        where = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(where.query).items()}
        self.server.asked.append((where.path, query, self.headers.get("Authorization")))
        status, content = self.server.refusal or (200, self._summary(query))
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _summary(self, query):
        since, until = (datetime.fromisoformat(query[edge]) for edge in ("since", "until"))
        return self.server.recording.log.summary(query["camera"], Window(since, until)).as_record()

    def log_message(self, *_):
        pass


@contextmanager
def serving(service):
    thread = threading.Thread(target=service.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        thread.join()
        service.server_close()


@pytest.fixture
def recording():
    recording = Recording()
    recording.rests(0, 60)
    recording.film(60, 62, 10, MOVING, saw(background=0.97, prey=0.31), verdict("inactive", -0.5, 0.31))
    recording.film(62, 63, 10, MOVING, BUSY, verdict())
    recording.rests(63, 120)
    return recording


def configured(folder, port, token=None):
    path = folder / "house.yaml"
    line = f", token: {token}" if token else ""
    path.write_text(f"service: {{port: {port}{line}}}\n")
    return path


def ask(run, folder, service, *options, token=None):
    path = configured(folder, service.server_address[1], token)
    return run(explain, path, "--camera", "door", "--at", ASKED, *options)


def test_the_verdict_and_every_stages_sentence_are_printed(tmp_path, recording, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    with serving(Service(recording)) as service:
        text = ask(run_command, tmp_path, service)
    assert "The network looked and saw nothing to report (97 %); `prey` was at most 31 % sure." in text
    for part in ("camera", "gate", "network", "rule", "`cats` looked 20 times", "frames", "motion", "looks"):
        assert part in text
    assert "one sign is 2 s" in text


def test_json_is_the_services_answer(tmp_path, recording):
    with serving(Service(recording)) as service:
        answer = ask(run_json, tmp_path, service, "--around", "30")
    assert (answer["camera"], answer["stopped_by"], len(answer["moments"])) == ("door", "network", 60)
    ((path, query, authorization),) = service.asked
    assert (path, query["camera"], authorization) == ("/api/v1/explain", "door", None)
    since, until = (datetime.fromisoformat(query[edge]) for edge in ("since", "until"))
    assert (since, until) == (START + timedelta(seconds=30), START + timedelta(seconds=90))


def test_the_token_of_the_configuration_is_shown(tmp_path, recording):
    with serving(Service(recording)) as service:
        ask(run_json, tmp_path, service, token=TOKEN)
    assert service.asked[0][2] == f"Bearer {TOKEN}"


def test_a_camera_without_frames_is_told_without_a_strip(tmp_path):
    recording = Recording()
    recording.now = 600
    with serving(Service(recording)) as service:
        text = ask(run_command, tmp_path, service)
    assert "This camera has not given one frame yet" in text.replace("\n", " ")
    assert "motion" not in text


def test_a_service_that_does_not_run_is_said_plainly(tmp_path):
    with serving(Service()) as service:
        pass
    with pytest.raises(ServiceError, match="the service does not run") as raised:
        ask(run_command, tmp_path, service)
    assert "vedette run" in raised.value.remedy


def test_a_refusal_comes_with_the_services_own_words(tmp_path):
    refusal = {"error": "no camera is called 'door'.", "remedy": "The nearest name is 'floor'."}
    with serving(Service(refusal=(404, refusal))) as service, pytest.raises(ServiceError) as raised:
        ask(run_command, tmp_path, service)
    assert "no camera is called 'door'" in raised.value.message
    assert raised.value.remedy == "The nearest name is 'floor'."


@pytest.mark.parametrize("content", [b"<html>hello", b"\xff\xfe", b"[]", b'{"other": 1}'])
def test_something_else_on_the_port_is_told_as_that(tmp_path, content):
    with serving(Service(refusal=(200, content))) as service, pytest.raises(ServiceError):
        ask(run_command, tmp_path, service)


def test_a_port_that_nobody_knows_is_told(tmp_path):
    with pytest.raises(UsageError, match="port is 0"):
        run_command(explain, configured(tmp_path, 0), "--camera", "door", "--at", "14:32")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("14:32", "2026-05-01T14:32:00+02:00"),
        ("14:32:10", "2026-05-01T14:32:10+02:00"),
        ("9:05", "2026-05-01T09:05:00+02:00"),
        ("23:59", "2026-04-30T23:59:00+02:00"),
        ("2026-04-02T10:00", "2026-04-02T10:00:00+02:00"),
        ("2026-04-02 10:00:05", "2026-04-02T10:00:05+02:00"),
        ("2026-04-02T10:00:00Z", "2026-04-02T10:00:00+00:00"),
    ],
)
def test_a_time_is_the_latest_that_has_been_in_the_local_zone(text, meant):
    assert moment(text, NOW).isoformat() == meant


@pytest.mark.parametrize("text", ["", "noon", "25:00", "14:32:99", "2 minutes ago"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(UsageError, match="is not a time"):
        moment(text, NOW)
