"""Set-up over HTTP: what is shown, what is written, and what never is."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from parts.taught_pictures import jpeg
from parts.web_server import DirectClient
from parts.webhook_peer import WebhookPeer
from vedette.assembly.set_up import SetUp
from vedette.config.masking import MARK
from vedette.config.notebook import Notebook
from vedette.errors import BackendError
from vedette.web.app import create_app

PASSWORD = "hunter2xyz"
HOUSE = f"""\
# My house.
service: {{port: 8731}}
cameras:
  door:   # over the flap
    source: {{kind: rtsp, url: !file secrets/door}}
    classifiers: [cat-door]
    rules:
      - kind: presence
        name: "cat / door"   # the cat
        classifier: cat-door
        label: 'cat'
        actions: [log, phone]
  yard:
    source:
      kind: rtsp
      # url: rtsp://old:{PASSWORD}@192.168.1.9/
      url: rtsp://me:{PASSWORD}@192.168.1.21/stream?token={PASSWORD}   # plain
actions:
  phone: {{kind: webhook, url: "https://home.example/hook/{PASSWORD}"}}
  bell: {{kind: command, arguments: [/bin/true]}}
"""
ROOT = "/api/v1/configuration"


class Reloads:
    """Stands for the appliance's reload."""

    def __init__(self):
        self.count = 0
        self.refuses = None

    def __call__(self):
        self.count += 1
        if self.refuses:
            raise BackendError(self.refuses)
        return ("changed: door",)


@pytest.fixture
def file(tmp_path):
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "secrets").mkdir()
    (tmp_path / "house" / "secrets" / "door").write_text(f"rtsp://cat:{PASSWORD}@192.168.1.20/stream1\n")
    path = tmp_path / "house" / "house.yaml"
    path.write_text(HOUSE)
    return path


@pytest.fixture
def reloads():
    return Reloads()


@pytest.fixture
def house(stored, file, reloads):
    stored.set_up = SetUp(Notebook(file), file.parent / "classifiers", reloads)
    with DirectClient(create_app(stored)) as client:
        yield client


def mark(client):
    return client.get(ROOT).json()["etag"]


def change(client, method, path, body=None):
    return client.request(method, f"{ROOT}{path}?etag={mark(client)}", json=body)


def secret(file, name):
    path = file.parent / "secrets" / name
    return path.read_text(), path.stat().st_mode & 0o777


def test_without_a_file_nothing_can_be_set_up(asking):
    reply = asking.get(ROOT)
    assert (reply.status_code, reply.json()["error"]) == (409, "this run has no file to write into.")
    assert asking.post(f"{ROOT}/cameras/test", json={"source": {"kind": "push"}}).status_code == 409


def test_the_configuration_is_shown_without_its_secrets(house):
    reply = house.get(ROOT)
    assert reply.status_code == 200, reply.text
    shown = reply.json()
    door, yard = shown["cameras"]
    assert door["source"]["url"] == f"rtsp://192.168.1.20/{MARK}"
    assert door["rules"][0]["name"] == "cat / door"
    assert yard["source"]["url"] == f"rtsp://{MARK}@192.168.1.21/stream?{MARK}"
    actions = {each["name"]: each for each in shown["actions"]}
    assert actions["phone"]["settings"]["url"] == f"https://home.example/{MARK}"
    assert actions["bell"]["is_in_file_only"]
    assert actions.keys() == {"log", "phone", "bell"}
    for path in ("", "/text"):
        assert PASSWORD not in house.get(ROOT + path).text
    text = house.get(f"{ROOT}/text").json()["text"]
    assert "!file secrets/door" in text
    assert "# over the flap" in text
    assert f"# url: rtsp://{MARK}@192.168.1.9/" in text
    assert house.get(f"{ROOT}/schema").json()["title"] == "Vedette's configuration"
    assert house.get(f"{ROOT}/devices").status_code == 200


def test_a_camera_is_added_and_its_password_lies_beside_the_file(house, file, reloads):
    source = {"kind": "rtsp", "url": f"rtsp://me:{PASSWORD}%40@192.168.1.30:554/live", "rotation": 0}
    reply = change(house, "PUT", "/cameras/lawn", {"source": source})
    assert reply.status_code == 200, reply.text
    assert reply.json()["changes"] == ["changed: door"]
    added = """\
  lawn:
    source:
      kind: rtsp
      url: "rtsp://192.168.1.30:554/live"
      username: me
      password: !file secrets/camera-lawn-password
"""
    assert file.read_text() == HOUSE.replace("actions:\n  phone", added + "actions:\n  phone")
    assert secret(file, "camera-lawn-password") == (f"{PASSWORD}@", 0o600)
    assert (file.parent / "secrets").stat().st_mode & 0o777 == 0o700
    assert (file.parent / "house.yaml.before").read_text() == HOUSE
    assert reply.json()["etag"] == mark(house)
    assert reloads.count == 1


def test_a_secret_goes_once_no_text_beside_it_speaks_of_it_any_more(house, file):
    source = {"kind": "rtsp", "url": f"rtsp://me:{PASSWORD}@192.168.1.30/live"}
    own = file.parent / "secrets" / "camera-lawn-password"
    for copy in (file.with_name("copy.yaml"), None):
        assert change(house, "PUT", "/cameras/lawn", {"source": source}).status_code == 200
        if copy:
            copy.write_text(file.read_text())
        assert change(house, "DELETE", "/cameras/lawn").status_code == 200
        # The text before the last change can be put back by hand, and works.
        assert own.exists()
        assert change(house, "PUT", "/actions/one", {"settings": {"kind": "log"}}).status_code == 200
        assert own.exists() is bool(copy)
        if copy:
            copy.unlink()
    assert secret(file, "door")[0]


def test_an_address_with_a_query_is_a_secret_as_a_whole(house, file):
    source = {"kind": "mjpeg", "url": f"http://192.168.1.30/video?user=me&pwd={PASSWORD}"}
    assert change(house, "PUT", "/cameras/lawn", {"source": source}).status_code == 200
    assert "url: !file secrets/camera-lawn-url" in file.read_text()
    assert (
        PASSWORD
        not in file.read_text()
        .replace(HOUSE[HOUSE.index("# url") :], "")
        .split("lawn:")[1]
        .split("actions")[0]
    )
    assert secret(file, "camera-lawn-url")[0] == source["url"]


def test_a_mark_keeps_the_secret_that_it_stands_for(house, file):
    shown = {each["name"]: each for each in house.get(ROOT).json()["cameras"]}
    for name, old, new in [
        ("door", "url: !file secrets/door}", "url: !file secrets/door, rotation: 90}"),
        ("yard", f"?token={PASSWORD}   # plain\n", f"?token={PASSWORD}   # plain\n      rotation: 90\n"),
    ]:
        before = file.read_text()
        source = {**shown[name]["source"], "rotation": 90}
        reply = change(house, "PUT", f"/cameras/{name}", {"source": source})
        assert reply.status_code == 200, reply.text
        assert file.read_text() == before.replace(old, new)


def test_what_is_hidden_in_part_must_be_typed_anew(house, file):
    reply = change(house, "PUT", "/cameras/door", {"source": {"kind": "rtsp", "url": f"rtsp://other/{MARK}"}})
    assert (reply.status_code, reply.json()["error"].split(":")[0]) == (422, "source.url")
    assert file.read_text() == HOUSE


BUS = {"kind": "mqtt", "host": "192.168.1.5", "username": "me", "password": PASSWORD}
HOOK = {"kind": "webhook", "url": "https://home.example/hook", "secret": PASSWORD}


@pytest.mark.parametrize(
    ("settings", "secret", "elsewhere"),
    [
        (BUS, "password", {"host": "attacker.example"}),
        (BUS, "password", {"port": 18813}),
        (HOOK, "secret", {"url": "https://attacker.example/hook"}),
        (HOOK, "secret", {"url": "http://home.example/hook"}),
    ],
    ids=["mqtt host", "mqtt port", "webhook host", "webhook in clear"],
)
def test_what_an_action_keeps_unseen_goes_to_no_other_place(house, settings, secret, elsewhere):
    assert change(house, "PUT", "/actions/told", {"settings": settings}).status_code == 200
    sent = {**settings, secret: MARK, **elsewhere}
    for reply in (
        change(house, "PUT", "/actions/told", {"settings": sent}),
        house.post(f"{ROOT}/actions/test", json={"name": "told", "settings": sent}),
    ):
        assert (reply.status_code, reply.json()["error"].split(":")[0]) == (422, secret)
    same = {**settings, secret: MARK, "cooldown_seconds": 5}
    assert change(house, "PUT", "/actions/told", {"settings": same}).status_code == 200
    typed = {**sent, secret: f"{PASSWORD} typed anew"}
    assert change(house, "PUT", "/actions/told", {"settings": typed}).status_code == 200


def test_a_password_that_nobody_sees_goes_to_no_other_host(house, file):
    source = {"kind": "rtsp", "url": "rtsp://192.168.1.30/live", "username": "me", "password": PASSWORD}
    assert change(house, "PUT", "/cameras/lawn", {"source": source}).status_code == 200
    sent = {"kind": "rtsp", "url": "rtsp://attacker.example/live", "password": MARK}
    reply = change(house, "PUT", "/cameras/lawn", {"source": sent})
    assert (reply.status_code, reply.json()["error"].split(":")[0]) == (422, "source.password")
    trial = house.post(f"{ROOT}/cameras/test", json={"camera": "lawn", "source": sent})
    assert trial.status_code == 422
    sent["url"] = "rtsp://192.168.1.30/other"
    assert change(house, "PUT", "/cameras/lawn", {"source": sent}).status_code == 200
    assert secret(file, "camera-lawn-password")[0] == PASSWORD


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ({"kind": "rtsp", "url": "exec:cat /etc/passwd"}, "source.url"),
        ({"kind": "rtsp", "url": "file:///etc/passwd"}, "source.url"),
        (
            {"kind": "rtsp", "url": "rtsp://h/", "ffmpeg_options": {"protocol_whitelist": 1}},
            "source.ffmpeg_options",
        ),
        ({"kind": "v4l2", "device": "/etc/passwd"}, "source.device"),
        ({"kind": "mjpeg", "url": "ftp://h/"}, "source.url"),
        ({"kind": "exec", "url": "x"}, "source"),
        ({"url": "rtsp://h/"}, "source"),
        ({"kind": "rtsp", "url": "rtsp://h/", "rotation": 45}, "source.rotation"),
        ({"kind": "rtsp", "url": "rtsp://h/", "exec": "x"}, "source.exec"),
    ],
)
def test_a_source_that_may_not_be_is_refused_at_its_field(house, file, reloads, source, field):
    for reply in (
        change(house, "PUT", "/cameras/lawn", {"source": source}),
        house.post(f"{ROOT}/cameras/test", json={"source": source}),
    ):
        assert reply.status_code == 422, reply.text
        assert reply.json()["error"].split(":")[0] == field
    assert file.read_text() == HOUSE
    assert reloads.count == 0


def test_who_has_not_seen_the_file_does_not_change_it(house, file):
    seen = mark(house)
    file.write_text(HOUSE + "# by hand\n")
    reply = house.request("DELETE", f"{ROOT}/cameras/yard?etag={seen}")
    assert (reply.status_code, reply.json()["error"]) == (
        409,
        "house.yaml was changed since this page read it.",
    )
    assert house.request("DELETE", f"{ROOT}/cameras/yard").status_code == 409
    reply = house.request("DELETE", f"{ROOT}/cameras/yard", headers={"If-Match": f'"{mark(house)}"'})
    assert reply.status_code == 200
    assert "yard" not in file.read_text()
    assert file.read_text().endswith("# by hand\n")


def test_what_the_appliance_refuses_is_taken_back(house, file, reloads):
    reloads.refuses = "the network cannot be loaded."
    source = {"kind": "rtsp", "url": f"rtsp://me:{PASSWORD}@h/"}
    reply = change(house, "PUT", "/cameras/lawn", {"source": source})
    assert (reply.status_code, reply.json()["error"]) == (500, "the network cannot be loaded.")
    assert file.read_text() == HOUSE
    assert not (file.parent / "secrets" / "camera-lawn-password").exists()


def test_rules_are_added_changed_and_taken_out(house, file):
    rule = {
        "kind": "absence",
        "name": "gone",
        "classifier": "cat-door",
        "label": "cat",
        "enter_probability": 0.8,
        "leave_probability": 0.3,
        "actions": ["log"],
    }
    reply = change(house, "POST", "/cameras/door/rules", {"rule": rule})
    assert reply.status_code == 201, reply.text
    added = """\
      - kind: absence
        name: gone
        classifier: cat-door
        label: cat
        enter_probability: 0.8
"""
    mark_before = "        actions: [log, phone]\n"
    assert file.read_text() == HOUSE.replace(mark_before, mark_before + added)
    path = f"/cameras/door/rules/{quote('cat / door', safe='')}"
    reply = change(
        house, "PUT", path, {"rule": {"kind": "presence", "half_life_seconds": 3, "actions": ["log"]}}
    )
    assert reply.status_code == 200, reply.text
    assert "        actions: [log]\n        half_life_seconds: 3\n" in file.read_text()
    assert 'name: "cat / door"   # the cat' in file.read_text()
    assert change(house, "DELETE", path).status_code == 200
    assert "cat / door" not in file.read_text()
    assert change(house, "DELETE", path).status_code == 409


def test_a_rule_that_does_not_fit_is_refused_at_its_field(house, file):
    rule = {"kind": "presence", "name": "x", "classifier": "cat-door", "label": "cat"}
    for wrong, field in [
        ({"enter_probability": 2}, "rules.1.enter_probability"),
        ({"classifier": "lawn"}, "rules.1.classifier"),
        ({"actions": ["phoen"]}, "rules.1.actions.0"),
        ({"name": "cat / door"}, "rules.1.name"),
    ]:
        reply = change(house, "POST", "/cameras/door/rules", {"rule": {**rule, **wrong}})
        assert (reply.status_code, reply.json()["error"].split(":")[0]) == (422, field)
    assert file.read_text() == HOUSE


def test_masks_and_classifiers_are_written_where_they_belong(house, file):
    masks = [[[0, 0], [0.33333, 0], [0.3, 0.4]]]
    assert change(house, "PUT", "/cameras/yard/masks", {"masks": masks}).status_code == 200
    assert (
        "    gate:\n      kind: background\n      masks: [[[0, 0], [0.333, 0], [0.3, 0.4]]]\n"
        in file.read_text()
    )
    assert change(house, "PUT", "/cameras/yard/masks", {"masks": []}).status_code == 200
    assert "masks: []" in file.read_text()
    assert change(house, "PUT", "/cameras/yard/classifiers", {"classifiers": ["lawn"]}).status_code == 200
    reply = change(house, "PUT", "/cameras/door/classifiers", {"classifiers": []})
    assert (reply.status_code, reply.json()["error"]) == (
        422,
        "classifiers: rule `cat / door` asks cat-door: change that, or remove it first.",
    )
    assert (
        change(house, "PUT", "/cameras/yard/masks", {"masks": [[[0, 0], [2, 0], [0, 1]]]}).status_code == 422
    )
    assert change(house, "PUT", "/cameras/nobody/masks", {"masks": []}).status_code == 409


def test_actions_are_added_changed_and_taken_out(house, file):
    settings = {"kind": "notify", "urls": [f"tgram://{PASSWORD}/1", f"mailto://me:{PASSWORD}@example.com"]}
    reply = change(house, "PUT", "/actions/family", {"settings": settings})
    assert reply.status_code == 200, reply.text
    assert (
        "urls: [!file secrets/action-family-urls-0, !file secrets/action-family-urls-1]" in file.read_text()
    )
    shown = next(each for each in house.get(ROOT).json()["actions"] if each["name"] == "family")
    assert shown["settings"]["urls"] == [f"tgram://{MARK}1", f"mailto://{MARK}2"]
    # The first goes, the second stays.
    sent = {"kind": "notify", "urls": [f"mailto://{MARK}2"]}
    reply = change(house, "PUT", "/actions/family", {"settings": sent})
    assert reply.status_code == 200, reply.text
    assert "urls: [!file secrets/action-family-urls-1]" in file.read_text()
    sent["urls"] = [f"mailto://{MARK}1", f"pover://{PASSWORD}@new"]
    assert change(house, "PUT", "/actions/family", {"settings": sent}).status_code == 200
    assert secret(file, "action-family-urls-1")[0] == f"mailto://me:{PASSWORD}@example.com"
    assert secret(file, "action-family-urls-1-2")[0] == f"pover://{PASSWORD}@new"
    assert change(house, "DELETE", "/actions/family").status_code == 200
    reply = change(house, "DELETE", "/actions/phone")
    assert (reply.status_code, "no action is called phone" in reply.text) == (422, True)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/cameras/door", {"source": {"kind": "push"}}),
        ("/actions/phone", {"settings": {"kind": "log"}}),
        ("/actions/log", {"settings": {"kind": "log"}}),
    ],
)
def test_what_is_to_be_new_replaces_nothing(house, file, path, body):
    url = f"{ROOT}{path}?etag={mark(house)}"
    reply = house.request("PUT", url, json=body, headers={"If-None-Match": "*"})
    assert (reply.status_code, "is taken by another" in reply.json()["error"]) == (409, True)
    assert file.read_text() == HOUSE
    reply = house.request(
        "PUT",
        f"{ROOT}/actions/new?etag={mark(house)}",
        json={"settings": {"kind": "log"}},
        headers={"If-None-Match": "*"},
    )
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("name", ["bell", "other"])
def test_what_runs_a_program_is_not_made_in_the_page(house, file, name):
    settings = {"kind": "command", "arguments": ["/bin/sh", "-c", "id"]}
    assert change(house, "PUT", f"/actions/{name}", {"settings": settings}).status_code == 409
    assert change(house, "PUT", "/actions/bell", {"settings": {"kind": "log"}}).status_code == 409
    assert change(house, "DELETE", "/actions/bell").status_code == 409
    assert house.post(f"{ROOT}/actions/test", json={"settings": settings}).status_code == 409
    assert file.read_text() == HOUSE


def test_an_action_is_tried_before_it_is_saved(house, file):
    with WebhookPeer().serving() as peer:
        settings = {"kind": "webhook", "url": peer.url()}
        assert house.post(f"{ROOT}/actions/test", json={"settings": settings}).status_code == 200
        assert len(peer.requests) == 1
    reply = house.post(f"{ROOT}/actions/test", json={"settings": settings})
    assert (reply.status_code, "cannot be reached" in reply.json()["error"]) == (502, True)
    assert file.read_text() == HOUSE


def test_a_folder_of_pictures_is_tried_and_shown(house, tmp_path):
    (tmp_path / "house" / "pictures").mkdir()
    for number in range(3):
        (tmp_path / "house" / "pictures" / f"{number}.jpg").write_bytes(jpeg("cat", number))
    reply = house.post(f"{ROOT}/cameras/test", json={"source": {"kind": "folder", "path": "pictures"}})
    shown = reply.json()
    assert shown["ok"], reply.text
    assert base64.b64decode(shown["picture"]).startswith(b"\xff\xd8")
    assert (shown["width"], shown["codec"], shown["plays_in_browser"]) == (shown["width"], None, False)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"kind": "folder", "path": "nowhere"}, "does not exist"),
        ({"kind": "video", "path": "/etc/hostname"}, ""),
        ({"kind": "rtsp", "url": "rtsp://127.0.0.1:1/live"}, "refuses the connection"),
        (
            {"kind": "rtsp", "url": f"rtsp://me:{PASSWORD}@nowhere.invalid/live"},
            "nothing in the network is called",
        ),
        ({"kind": "push"}, "push"),
        ({"kind": "v4l2", "device": "/dev/video99"}, "does not exist"),
    ],
)
def test_a_camera_that_shows_nothing_says_why(house, source, expected):
    reply = house.post(f"{ROOT}/cameras/test", json={"source": source})
    assert reply.status_code == 200, reply.text
    shown = reply.json()
    assert not shown["ok"]
    assert expected in shown["error"]
    assert PASSWORD not in json.dumps(shown)
