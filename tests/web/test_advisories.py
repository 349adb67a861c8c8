"""What others' users were told to patch, as promises: one a lesson of the field.

Some promises are kept by tests beside the part that keeps them; `ELSEWHERE` names those.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from parts.peopled import PASSWORDS, Peopled, bearer
from parts.routes import SOCKET, ways_in
from parts.stored_events import event
from parts.taught_pictures import jpeg
from parts.web_server import DirectClient, FakeAppliance, stored_appliance
from vedette.actions.command import CommandSettings
from vedette.config.schema import AnySource, Config
from vedette.sources.rtsp import RtspSettings
from vedette.web.app import create_app
from vedette.web.permissions import READING, need_of

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    "CVE-2023-45670 CSRF": [
        "web/test_guard.py::test_a_foreign_page_may_change_nothing",
        "web/test_guard.py::test_a_foreign_page_may_show_nothing_inside_itself",
        "web/test_session.py::test_a_change_without_the_sessions_proof_is_none",
    ],
    "CVE-2023-45672 code from YAML": [
        "config/test_loading.py::test_no_other_tag_is_known_and_none_is_carried_out",
    ],
    "CVE-2025-62382 a path through a parameter": [
        "web/test_event_media.py::test_no_path_in_a_row_leads_to_what_is_not_the_events_own",
        "web/test_event_media.py::test_an_address_is_never_a_path",
        "web/test_classifiers.py::test_an_address_leads_to_no_other_file",
        "teaching/test_classifier_folder.py::test_a_name_that_could_leave_the_folder_is_refused",
    ],
    "CVE-2026-25643 a stream's address that is a command": [
        "sources/test_parsing.py::test_a_scheme_that_is_not_allowed_is_refused_and_the_allowed_ones_named",
    ],
    "CVE-2026-33124 tokens after a password change": [
        "web/test_session.py::test_a_stream_that_is_open_ends_with_the_session",
        "web/test_session.py::test_a_socket_that_is_open_is_closed_with_the_session",
        "people/test_changes.py::test_a_new_password_or_role_ends_what_was_let_in_by_the_old_one",
    ],
    "a viewer's commands over a socket": [
        "web/test_authorization_matrix.py::test_everybody_gets_in_where_they_may_and_nowhere_else",
    ],
    "credentials of cameras in logs and answers": [
        "sources/test_url.py::test_nothing_secret_is_on_display",
        "sources/test_rtsp.py::test_a_wrong_password_is_a_sentence_without_it",
        "config/test_loading.py::test_a_loaded_configuration_shows_no_secret",
    ],
    "CVE-2026-33470 another camera's snapshots": [
        "web/test_event_media.py::test_no_path_in_a_row_leads_to_what_is_not_the_events_own",
        "web/test_classifiers.py::test_another_classifiers_picture_is_not_shown",
    ],
    "CVE-2026-55488 an absolute path in a join": [
        "web/test_events.py::test_deleting_never_reaches_out_of_the_folder",
    ],
    "CVE-2026-55863 actions that nobody has to log in for": [
        "web/test_authorization_matrix.py::test_somebody_has_decided_on_every_way_in",
    ],
    "bombs and floods": [
        "web/test_body.py::test_an_endless_chunked_body_is_cut_off",
        "web/test_image.py::test_a_picture_over_the_limit_is_too_large_however_it_is_sent",
        "pixels/test_picture.py::test_what_is_no_picture_is_refused_with_a_reason",
    ],
    "no pickle": ["teaching/test_classifier_folder.py::test_a_pickle_in_place_of_the_head_is_not_opened"],
}


@pytest.fixture
def house(tmp_path):
    return Peopled(tmp_path / "house")


@pytest.fixture
def asking(house, tmp_path):
    """A service with a real store, where people log in."""
    with (
        stored_appliance(tmp_path / "appliance") as appliance,
        DirectClient(create_app(appliance, access=house.access)) as client,
    ):
        client.appliance = appliance
        yield client


@pytest.mark.parametrize("advisory", ELSEWHERE)
def test_the_promise_is_kept_by_tests_that_exist(advisory):
    for name in ELSEWHERE[advisory]:
        path, _, test = name.partition("::")
        assert f"def {test}(" in (ROOT / "tests" / path).read_text(), name


def sources_of_the_page():
    return [path for path in (ROOT / "ui" / "src").rglob("*") if path.suffix in {".svelte", ".ts"}]


@pytest.mark.parametrize(
    "way",
    ["{@html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"],
)
def test_cve_2023_45671_xss_no_word_of_an_event_becomes_html(way):
    assert [path.name for path in sources_of_the_page() if way in path.read_text()] == []


def test_cve_2023_45671_xss_no_answer_is_html_but_the_page_itself(asking, house):
    label = "<script>alert(1)</script>"
    asking.appliance.events.record(event(1, label=label))
    page = house.session("ann")
    for path in ("/api/v1/events", f"/api/v1/events/{event(1).id}", f"/api/v1/cameras/{quote(label)}"):
        reply = asking.get(path, headers=page)
        assert reply.headers["content-type"] == "application/json"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("length", [300, 5000, 60_000])
def test_cve_2024_32874_a_long_filename_is_neither_kept_nor_slow(asking, house, length):
    name = "\u00e4" * length + ".jpg"
    files = {"image": (name, jpeg("cat", 1), "image/jpeg")}
    reply = asking.post(
        "/api/v1/classifiers/door/examples?label=cat", files=files, headers=house.token("teach")
    )
    assert reply.status_code < 500
    assert name[:100] not in reply.text
    reply = asking.post("/api/image", files=files, headers=house.token("classify"))
    assert reply.status_code in {200, 400}


TRAVERSALS = [
    "../../etc/passwd",
    "..\\..\\etc\\passwd",
    "..%2f..%2fetc%2fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "%2e%2e%5cetc",
    "....//etc/passwd",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "\\\\server\\share",
    "C:%5cWindows",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("tail", TRAVERSALS)
def test_cve_2025_62382_no_address_reads_a_file_that_was_not_meant(asking, house, tail):
    page = house.session("ann")
    for before in ("", "api/v1/events/", "api/v1/cameras/", "api/v1/classifiers/door/examples/", "assets/"):
        for after in ("", "/snapshot", "/picture", "/clip"):
            reply = asking.get(f"/{before}{tail}{after}", headers=page)
            assert reply.status_code in {400, 404, 405, 422}, (before, tail, after)
            assert "root:" not in reply.text


STREAMS = [
    "exec:rm -rf /",
    "rtsp:exec:id",
    "ffmpeg:rtsp://camera/1#video=copy",
    "echo:rtsp://camera/1",
    "rtsp+exec://camera/1",
    "concat:/etc/passwd|/etc/shadow",
    "subfile,,start,0,end,0,,:/etc/passwd",
    "file:///etc/passwd",
    "pipe:0",
    "data:video/mp4;base64,AAAA",
    "RTSP\n://exec:id",
    "gopher://127.0.0.1:6379/_SET",
]


@pytest.mark.parametrize("kind", ["rtsp", "mjpeg"])
@pytest.mark.parametrize("url", STREAMS)
def test_cve_2026_25643_a_stream_has_one_of_the_allowed_schemes(kind, url):
    with pytest.raises(ValidationError):
        TypeAdapter(AnySource).validate_python({"kind": kind, "url": url})


@pytest.mark.parametrize(
    "options",
    [
        {"protocol_whitelist": "file,crypto"},
        {"protocol_whitelist": 1},
        {"http_proxy": 1},
        {"dump": 1},
        {"rtsp_transport": "tcp;id"},
        {"buffer_size": "1;id"},
        {"buffer_size": -1},
    ],
    ids=str,
)
def test_cve_2026_25643_ffmpeg_is_given_no_option_but_the_allowed_numbers(options):
    with pytest.raises(ValidationError):
        RtspSettings.model_validate({"kind": "rtsp", "url": "rtsp://camera/1", "ffmpeg_options": options})


def test_cve_2026_33124_all_that_a_password_has_let_in_is_out_when_it_changes(asking, house):
    stolen, token = house.session("ann"), house.token("admin", "view", owner="ann")
    given = {"old": PASSWORDS["ann"], "new": "a new and longer one"}
    changed = asking.request("PUT", "/api/v1/people/me/password", json=given, headers=house.session("ann"))
    assert changed.status_code == 200
    for headers in (stolen, token):
        assert asking.get("/api/v1/cameras", headers=headers).status_code == 401


def test_a_viewer_runs_no_admins_command_over_a_socket():
    sockets = [path for method, path in ways_in(create_app(FakeAppliance())) if method == SOCKET]
    assert sockets
    for path in sockets:
        # Who may look is let in where one looks; to teach by a socket takes the scope for that.
        wanted = "teach" if "/classifiers" in path else "view"
        assert need_of(SOCKET, path).scopes == {wanted}


def test_no_answer_and_no_log_line_holds_the_credentials_of_a_camera(asking, house, caplog):
    caplog.set_level("DEBUG")
    secret = "hunter2xyz"
    text = f"cameras: {{door: {{source: {{kind: rtsp, url: 'rtsp://cat:{secret}@192.0.2.1/1'}}}}}}"
    config = Config.model_validate(YAML(typ="safe").load(text))
    assert secret not in repr(config) + config.model_dump_json() + caplog.text


def test_cve_2026_33470_what_belongs_to_no_event_is_nobodys_snapshot(asking, house):
    folder = asking.appliance.media_folder
    (folder / "other.jpg").write_bytes(jpeg("cat", 1))
    asking.appliance.events.record(event(1, snapshot="other.jpg"))
    reply = asking.get(f"/api/v1/events/{event(1).id}/snapshot", headers=house.session("bert"))
    assert reply.status_code == 404


def test_cve_2026_55863_nothing_that_changes_or_moves_is_open_to_who_has_not_said_who_they_are():
    open_to_all = {
        (method, path)
        for method, path in ways_in(create_app(FakeAppliance()))
        if method not in READING and need_of(method, path).gate in {"anybody", "here"}
    }
    assert open_to_all == {
        ("POST", "/api/v1/session"),
        ("POST", "/api/v1/people/first"),
        ("POST", "/api/image"),
    }


def test_cve_2026_55863_an_actuator_is_moved_by_no_address_at_all():
    ways = ways_in(create_app(FakeAppliance()))
    assert [way for way in ways if "actuators" in way[1]] == [("GET", "/api/v1/actuators")]


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "//etc", "..", ".", "~root", "a/../../b", "C:\\x", "a\x00b"], ids=ascii
)
def test_cve_2026_55488_a_name_that_is_a_path_names_nothing(asking, house, name):
    token = house.token("admin")
    reply = asking.post("/api/v1/classifiers", json={"name": name}, headers=token)
    assert reply.status_code == 422
    encoded = quote(name, safe="")
    assert asking.post(f"/api/v1/classifiers/{encoded}/teach", headers=token).status_code in {
        400,
        404,
        405,
        422,
    }
    with pytest.raises(ValidationError):
        Config.model_validate({"cameras": {name: {"source": {"kind": "push"}}}})


def test_cve_2025_60787_no_shell_is_ever_asked():
    sources = (ROOT / "src").rglob("*.py")
    shells = re.compile(
        r"shell\s*=\s*True|os\.system|os\.popen|subprocess\.getoutput|create_subprocess_shell"
    )
    assert [path.name for path in sources if shells.search(path.read_text())] == []


@pytest.mark.parametrize("command", ["notify $(id)", "a; id", ["notify", 5], []], ids=str)
def test_cve_2025_60787_a_command_is_a_program_and_its_arguments(command):
    with pytest.raises(ValidationError):
        CommandSettings.model_validate({"kind": "command", "arguments": command})


INJECTIONS = ["' OR '1'='1", "x'; DROP TABLE events;--", '" OR ""="', "%' UNION SELECT 1--", "\\'; --"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_sql_is_not_to_be_had_from_a_question(asking, house, text):
    asking.appliance.events.record(event(1))
    page = house.session("bert")
    for field in ("camera", "rule", "label", "q"):
        reply = asking.get("/api/v1/events", params={field: text}, headers=page)
        assert reply.status_code in {200, 400, 422}
        assert reply.status_code != 200 or reply.json()["events"] == []
    assert asking.get(f"/api/v1/events/{quote(text, safe='')}", headers=page).status_code in {400, 404, 422}
    assert len(asking.get("/api/v1/events", headers=page).json()["events"]) == 1


@pytest.mark.parametrize("path", ["/api/v1/session", "/api/v1/people/first"])
def test_who_has_not_logged_in_sends_no_large_body(asking, path):
    reply = asking.post(path, content=bytes(100_000), headers={"Content-Type": "image/jpeg"})
    assert reply.status_code == 413


def test_a_deep_or_repeated_json_is_no_bomb(asking, house):
    deep = "[" * 20_000 + "]" * 20_000
    headers = {**house.session("ann"), "Content-Type": "application/json"}
    assert asking.post("/api/v1/people", content=deep, headers=headers).status_code in {400, 422}
    twice = '{"name": "a", "name": "eve", "password": "' + "x" * 2000 + '"}'
    assert asking.post("/api/v1/people", content=twice, headers=headers).status_code == 422


def test_no_token_and_no_session_is_taken_from_an_address(asking, house):
    token = house.token("admin")["Authorization"].removeprefix("Bearer ")
    session = house.session("ann")["Cookie"].removeprefix("vedette=")
    for query in ({"token": token}, {"access_token": token}, {"vedette": session}, {"session": session}):
        assert asking.get("/api/v1/cameras", params=query).status_code == 401
    assert asking.get("/api/v1/cameras", headers=bearer(token)).status_code == 200


def test_no_file_of_people_is_within_reach_of_an_address(asking, house):
    page = house.session("ann")
    for path in ("/people.json", "/storage/people.json", "/api/v1/people.json", "/..%2fpeople.json"):
        reply = asking.get(path, headers=page)
        assert reply.status_code in {400, 404, 405}
        assert house.book.secret not in json.dumps(reply.text)
