"""`vedette run` where people log in: the one-time link, TLS, and what may not be."""

from __future__ import annotations

import os
import re
import shutil
import signal
import ssl

import httpx
import pytest

from parts.certificate import certificate
from parts.sentry import PATIENCE_SECONDS, Sentry, eventually
from parts.vedette_process import TRACEBACK, run_vedette
from vedette.cli.listening import address_for_browsers, listener_of
from vedette.config.schema import ServiceSettings

PASSWORD = "an old oak in autumn"
PATIENT = {"timeout": PATIENCE_SECONDS}


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Writes a configuration without cameras."""
    monkeypatch.setenv("VEDETTE_HOME", str(tmp_path / "home"))

    def write(service: str = "port: 0"):
        path = tmp_path / "house.yaml"
        path.write_text(f"storage: {{folder: {tmp_path / 'storage'}}}\nservice: {{{service}}}\n")
        return path

    return write


@pytest.fixture
def pem(tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate, and is not here")
    return certificate(tmp_path)


def link_of(sentry: Sentry) -> str:
    eventually(lambda: "welcome?code=" in sentry.text or sentry.has_ended, "the one-time link")
    found = re.search(r"(https?://\S+/#/welcome\?code=\S+)", sentry.text)
    assert found, sentry.text
    return found[1]


def test_the_first_start_writes_a_link_that_makes_an_admin_and_the_second_does_not(configured, tmp_path):
    path = configured()
    with Sentry(path) as sentry:
        address, code = link_of(sentry).split("/#/welcome?code=")
        port = address.rpartition(":")[2]
        eventually(lambda: str(path) in sentry.text, "where other machines are let in")
        assert f"ssh -L {port}:127.0.0.1:{port} USER@" in sentry.text
        given = {"code": code, "name": "Ann", "password": PASSWORD}
        assert httpx.get(f"{address}/api/v1/cameras", **PATIENT).status_code == 401
        assert httpx.post(f"{address}/api/v1/people/first", json=given, **PATIENT).status_code == 201
        assert sentry.ends(signal.SIGTERM, 10) == 0
        assert PASSWORD not in sentry.text
    assert (tmp_path / "storage" / "people.json").stat().st_mode & 0o777 == 0o600
    with Sentry(path) as sentry:
        reply = httpx.post(
            f"{sentry.address}/api/v1/session", json={"name": "ann", "password": PASSWORD}, **PATIENT
        )
        assert reply.status_code == 200
        assert "welcome?code" not in sentry.text


def test_a_command_adds_somebody_while_the_service_runs_and_ends_their_sessions(configured):
    path = configured()
    with Sentry(path) as sentry:
        link_of(sentry)
        typed(path, "add", "Ann", "--admin", given=PASSWORD)
        ask = {"name": "ann", "password": PASSWORD}
        eventually(
            lambda: httpx.post(f"{sentry.address}/api/v1/session", json=ask, **PATIENT).status_code == 200,
            "the log-in of somebody who was added by a command",
        )
        with httpx.Client(base_url=sentry.address, **PATIENT) as client:
            client.post("/api/v1/session", json=ask)
            assert client.get("/api/v1/people").status_code == 200
            typed(path, "reset-password", "Ann", given="a new and longer one")
            eventually(lambda: client.get("/api/v1/people").status_code == 401, "the end of the session")


def typed(path, *arguments, given=""):
    """What a command of `vedette people` prints, given a password on its standard input."""
    import subprocess

    from parts.vedette_process import COMMAND, environment

    action, *rest = arguments
    done = subprocess.run(
        [str(COMMAND), "people", action, *rest, "--config", str(path)],
        input=f"{given}\n",
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


def test_over_tls_all_is_as_before_and_the_browser_is_told_to_stay(configured, pem):
    own, key = pem
    path = configured(f"port: 0, tls: {{certificate: {own}, key: {key}}}")
    trusted = ssl.create_default_context(cafile=own)
    with Sentry(path) as sentry:
        address, code = link_of(sentry).split("/#/welcome?code=")
        assert address.startswith("https://127.0.0.1:")
        with httpx.Client(base_url=address, verify=trusted, **PATIENT) as client:
            given = {"code": code, "name": "Ann", "password": PASSWORD}
            reply = client.post("/api/v1/people/first", json=given, headers={"Origin": address})
            cookie = reply.headers["set-cookie"]
            assert cookie.startswith("__Host-vedette=")
            assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
            assert "max-age=" in reply.headers["strict-transport-security"]
            assert client.get("/api/v1/people").status_code == 200
            session = cookie.partition(";")[0].partition("=")[2]
            plain = {"Cookie": f"vedette={session}"}
        assert (
            httpx.get(f"{address}/api/v1/people", headers=plain, verify=trusted, **PATIENT).status_code == 401
        )
        with pytest.raises(httpx.TransportError):
            httpx.get(address.replace("https", "http"))
        asked = {"Cookie": f"__Host-vedette={session}", **UPGRADE}
        refused = httpx.get(f"{address}/api/v1/nothing", headers=asked, verify=trusted, **PATIENT)
        assert refused.status_code in {403, 404}
        assert sentry.ends(signal.SIGTERM, 10) == 0
    assert TRACEBACK not in sentry.text


def test_a_renewed_certificate_is_served_without_a_restart(configured, pem, tmp_path):
    own, key = pem
    path = configured(f"port: 0, tls: {{certificate: {own}, key: {key}}}")
    other, other_key = certificate(tmp_path, "other")
    with Sentry(path) as sentry:
        at = ("127.0.0.1", int(link_of(sentry).split("/#")[0].rpartition(":")[2]))
        assert ssl.get_server_certificate(at) == own.read_text()
        new = other.read_text()
        other_key.replace(key)
        other.replace(own)
        eventually(lambda: ssl.get_server_certificate(at) == new, "the new certificate")
    assert TRACEBACK not in sentry.text


def test_explain_asks_over_tls_as_somebody_who_may_read_the_file(configured, pem, tmp_path):
    own, key = pem
    path = configured(f"port: 0, tls: {{certificate: {own}, key: {key}}}")
    with Sentry(path) as sentry:
        link_of(sentry)
        port = sentry.address.rpartition(":")[2]
        asking = configured(f"port: {port}, tls: {{certificate: {own}, key: {key}}}")
        told = run_vedette("explain", asking, "--camera", "door", "--at", "12:00", given={**os.environ})
    assert "404" in told.stderr, told.stderr
    assert "door" in told.stderr


def test_a_certificate_that_cannot_be_used_is_a_sentence_before_anything_starts(configured, pem, tmp_path):
    own, _ = pem
    _, other = certificate(tmp_path, "other")
    path = configured(f"port: 0, tls: {{certificate: {own}, key: {other}}}")
    with Sentry(path) as sentry:
        assert sentry.wait() == 2
    assert "the key is another certificate's" in sentry.text
    assert TRACEBACK not in sentry.text
    assert not (tmp_path / "storage").exists()


def test_to_listen_on_a_network_without_tls_is_one_warning(caplog):
    caplog.set_level("INFO")
    service = ServiceSettings(host="0.0.0.0", port=0)
    with listener_of(service) as listener:
        assert "0.0.0.0" not in address_for_browsers(service, listener)
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]
    caplog.clear()
    with listener_of(ServiceSettings(port=0)):
        pass
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_a_damaged_file_of_people_stops_no_camera(configured, tmp_path):
    (tmp_path / "storage").mkdir()
    (tmp_path / "storage" / "people.json").write_text("{")
    with Sentry(configured()) as sentry:
        assert sentry.get("/healthz").status_code == 200
        assert sentry.get("/api/v1/cameras").status_code == 503
        eventually(lambda: "nobody can log in" in sentry.text, "the word in the log")
        assert "welcome?code" not in sentry.text
