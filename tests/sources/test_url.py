from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vedette.sources.http_mjpeg import MjpegSettings
from vedette.sources.rtsp import RtspSettings
from vedette.sources.url import HttpUrl, RtspUrl


@pytest.mark.parametrize(
    ("text", "username", "password", "bare"),
    [
        ("rtsp://cam/live", "", "", "rtsp://cam/live"),
        ("rtsp://user:word@cam:8554/live?x=1", "user", "word", "rtsp://cam:8554/live?x=1"),
        ("RTSP://user:p@ss@cam/live", "user", "p@ss", "rtsp://cam/live"),
        ("rtsp://user:p%40s%2Fs@cam/live", "user", "p@s/s", "rtsp://cam/live"),
        ("rtsp://user@cam/", "user", "", "rtsp://cam/"),
        ("rtsp://user:a:b@[fe80::1]:554/live", "user", "a:b", "rtsp://[fe80::1]:554/live"),
        ("rtsps://cam", "", "", "rtsps://cam"),
    ],
)
def test_an_address_is_taken_apart(text, username, password, bare):
    url = RtspUrl(text)
    assert (url.username, url.password, url.bare()) == (username, password, bare)


@pytest.mark.parametrize(
    "text",
    [
        "http://user:secret@cam/",
        "exec:secret",
        "rtsp:/cam/secret",
        "rtsp://user:sec/ret@cam/",
        "rtsp://user:sec?ret@cam/",
        "rtsp://user:sec#ret@cam/",
        "rtsp://user:p@sec/ret@cam/",
        "rtsp://cam:99999/secret",
        "rtsp://cam:secret/",
        "rtsp://:secret@/",
        "rtsp://user:secret@cam/ a",
        "rtsp://user:secret@cam/\r\nDESCRIBE",
        "rtsp://user:secret@ca|m/",
        "rtsp://user:secret@cam\\x/",
    ],
)
def test_an_address_without_sense_is_refused_without_repeating_it(text):
    with pytest.raises(ValidationError) as caught:
        RtspSettings.model_validate({"url": text})
    assert "secret" not in str(caught.value)
    assert "sec" not in str(caught.value).replace("second", "")


SECRET = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=8, max_size=20).map(
    "Zq".__add__
)


@given(SECRET, SECRET)
def test_a_credential_survives_the_way_through_the_address(username, password):
    revealed = RtspUrl("rtsp://cam/live").revealed(username, password)
    again = RtspUrl(revealed)
    assert (again.username, again.password, again.bare()) == (username, password, "rtsp://cam/live")


@given(SECRET)
def test_nothing_secret_is_on_display(secret):
    for settings in (
        MjpegSettings.model_validate({"url": "http://cam/?token=" + "Zq12345678"}),
        MjpegSettings.model_validate({"url": "http://cam/", "password": secret}),
    ):
        shown = repr(settings) + str(settings) + settings.model_dump_json()
        assert "Zq12345678" not in shown
        assert secret not in shown
    assert secret not in repr(RtspUrl(RtspUrl("rtsp://cam/").revealed("name", secret)))


def test_addresses_compare_by_all_of_it():
    assert HttpUrl("http://cam/a") == HttpUrl("HTTP://cam/a")
    assert HttpUrl("http://cam/a") != HttpUrl("http://cam/b")
    assert len({HttpUrl("http://cam/a"), HttpUrl("http://cam/a")}) == 1


def test_the_schema_for_editors_names_the_schemes():
    assert "rtsps" in RtspSettings.model_json_schema()["properties"]["url"]["pattern"]
