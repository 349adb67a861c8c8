"""The page's files: kept for ever by their names, compressed, and bound to a strict policy."""

from __future__ import annotations

import gzip

import pytest

from parts.web_server import DirectClient, FakeAppliance
from vedette.web.app import create_app

SCRIPT = b"console.log('watching');" * 60


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Vedette</title>")
    (tmp_path / "assets" / "index-abc.js").write_bytes(SCRIPT)
    (tmp_path / ".made-from").write_text("digest")
    return tmp_path


@pytest.fixture
def client(folder):
    with DirectClient(create_app(FakeAppliance(), page=folder)) as asking:
        yield asking


def test_the_address_of_the_service_shows_the_page(client):
    shown = client.get("/")
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Vedette</title>" in shown.text
    assert shown.headers["cache-control"] == "no-cache"


def test_the_policy_lets_nothing_run_that_the_service_does_not_serve(client):
    policy = client.get("/").headers["content-security-policy"]
    allowed = dict(each.split(" ", 1) for each in policy.split("; "))
    assert allowed["default-src"] == "'none'"
    assert allowed["script-src"] == allowed["connect-src"] == allowed["style-src"] == "'self'"
    assert allowed["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_what_is_named_by_its_hash_is_kept_for_ever_and_sent_compressed(client):
    shown = client.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip"})
    assert shown.content == SCRIPT
    assert shown.headers["content-encoding"] == "gzip"
    assert int(shown.headers["content-length"]) == len(gzip.compress(SCRIPT, mtime=0))
    assert "immutable" in shown.headers["cache-control"]
    plain = client.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == SCRIPT


def test_what_has_not_changed_is_not_sent_again(client):
    tag = client.get("/").headers["etag"]
    again = client.get("/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/.made-from",
        "/assets",
        "/assets/../index.html",
        "/assets/..%2f..%2fapp.py",
        "/..\\app.py",
        "/index.html",
    ],
)
def test_nothing_else_is_to_be_had(client, path):
    assert client.get(path).status_code == 404


def test_an_installation_without_the_page_says_so(tmp_path):
    with DirectClient(create_app(FakeAppliance(), page=tmp_path)) as asking:
        refused = asking.get("/")
    assert refused.status_code == 404
    assert "make page" in refused.json()["remedy"]
