from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parts.written_configuration import ENVIRONMENT, HOUSE, PASSWORD, complaints, written
from vedette.actions.log import LogSettings
from vedette.config.loading import MAXIMUM_BYTES, load, load_config
from vedette.config.schema import Config
from vedette.errors import ConfigurationError
from vedette.folders import data_folder
from vedette.gates.background_settings import BackgroundGateSettings
from vedette.sources.rtsp import RtspSettings


def test_a_house_is_read_into_the_settings_of_its_parts(tmp_path):
    config = load_config(written(tmp_path, HOUSE), ENVIRONMENT)
    door = config.cameras["door"]
    assert isinstance(door.source, RtspSettings)
    assert door.source.url.revealed() == ENVIRONMENT["DOOR_URL"]
    assert door.gate == BackgroundGateSettings(
        minimum_area=0.001, masks=(((0.0, 0.0), (0.3, 0.0), (0.3, 0.4)),)
    )
    assert [rule.kind for rule in door.rules] == ["presence", "absence"]
    assert door.rules[0].actions == ("log", "phone")
    assert config.inference.threads == 2
    assert (config.service.host, config.service.port, config.service.classifier) == (
        "127.0.0.1",
        8731,
        "cat-door",
    )
    assert list(config.actions) == ["log", "phone"]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "cameras:\n", "cameras: {}\nactions:\n"])
def test_nothing_is_a_service_without_cameras(tmp_path, text):
    config = load_config(written(tmp_path, text), {})
    assert config == Config()
    assert config.storage.folder == data_folder()
    assert not config.cameras
    assert config.actions == {"log": LogSettings()}


def test_paths_are_relative_to_the_file_wherever_one_stands(tmp_path, monkeypatch):
    text = """
storage: {folder: ./data}
cameras:
  clip: {source: {kind: video, path: clips/a.mp4}}
  home: {source: {kind: folder, path: ~/pictures}}
  far: {source: {kind: video, path: /clips/a.mp4}}
"""
    monkeypatch.setenv("HOME", "/home/somebody")
    (tmp_path / "house").mkdir()
    path = written(tmp_path / "house", text)
    monkeypatch.chdir(tmp_path)
    config = load_config(Path("house") / path.name, {})
    assert config.storage.folder == tmp_path / "house" / "data"
    assert config.cameras["clip"].source.path == tmp_path / "house" / "clips" / "a.mp4"
    assert config.cameras["home"].source.path == Path("/home/somebody/pictures")
    assert config.cameras["far"].source.path == Path("/clips/a.mp4")


def test_the_process_s_own_environment_is_what_env_means(tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_TEST_PORT", "99")
    assert load_config(written(tmp_path, "service: {port: !env VEDETTE_TEST_PORT}")).service.port == 99


@pytest.mark.parametrize(
    ("tag", "environment", "port"),
    [
        ("!env PORT", {"PORT": "99"}, 99),
        ("!env PORT:-77", {"PORT": "99"}, 99),
        ("!env PORT:-77", {}, 77),
        ("!env PORT:-77", {"PORT": ""}, 77),
        ('!env "PORT"', {"PORT": "99"}, 99),
    ],
)
def test_env_gives_the_variable_or_else_the_default(tmp_path, tag, environment, port):
    assert load_config(written(tmp_path, f"service: {{port: {tag}}}"), environment).service.port == port


def test_file_gives_a_file_s_text_without_the_line_end(tmp_path):
    (tmp_path / "hook").write_text(f"  {ENVIRONMENT['PHONE_HOOK']}\n")
    text = "actions: {phone: {kind: webhook, url: !file ./hook}}"
    config = load_config(written(tmp_path, text), {})
    assert config.actions["phone"].url.get_secret_value() == ENVIRONMENT["PHONE_HOOK"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "cameras:\n  door:\n    source: {kind: push}\n    gate: {kind: background, minimum_are: 1}",
            "4 cameras.door.gate.minimum_are: unknown key; the nearest known one is minimum_area.",
        ),
        ("camera:\n", "1 camera: unknown key; the nearest known one is cameras."),
        (
            "service: {ssl: true}",
            "1 service.ssl: unknown key; known are host, port, access, tls, token, hosts, classifier.",
        ),
        (
            "cameras:\n  door:\n    source:\n      kind: push\n      rotations: 90",
            "5 cameras.door.source.rotations: unknown key; the nearest known one is rotation.",
        ),
        (
            "cameras:\n  door:\n    source: {kind: rtps, url: x}",
            "3 cameras.door.source: no kind is called rtps; the nearest known one is rtsp.",
        ),
        (
            "cameras: {door: {source: {url: x}}}",
            "1 cameras.door.source: needs a kind: video, folder, rtsp, mjpeg, v4l2, push.",
        ),
        ("cameras: {door: {}}", "1 cameras.door.source: is missing: Where the pictures come from."),
        ("cameras: {door: {source: }}", "1 cameras.door.source: is missing: Where the pictures come from."),
        ("cameras: [door]", "1 cameras: must hold keys with values."),
        ("- door", "1 : must hold keys with values."),
        ("door", "1 : must hold keys with values."),
        (
            "cameras: {door: {source: {kind: push}, rules: 5}}",
            "1 cameras.door.rules: must be a list.",
        ),
        (
            "cameras: {door: {source: {kind: push}, classifiers: [7]}}",
            "1 cameras.door.classifiers.0: must be text; put it in quotes.",
        ),
        ("inference: {threads: 0}", "1 inference.threads: must be greater than or equal to 1."),
        ("inference:\n\n  threads: 1e999", "3 inference.threads: a number must be finite."),
        ("service: {port: .nan}", "1 service.port: a number must be finite."),
        (
            "cameras: {door: {source: {kind: push, rotation: 45}}}",
            "1 cameras.door.source.rotation: must be 0, 90, 180 or 270.",
        ),
    ],
)
def test_a_mistake_is_told_with_line_path_and_what_is_wrong(tmp_path, text, expected):
    assert complaints(written(tmp_path, text)) == [expected]


@pytest.mark.parametrize("name", ["b d", "../etc", "a/b", ".", "a.b", "Tür", "x" * 65, '""', "5$"])
def test_a_camera_s_name_can_be_a_file_s(tmp_path, name):
    (complaint,) = complaints(written(tmp_path, f"cameras:\n  {name}: {{source: {{kind: push}}}}"))
    assert "a name has 1 to 64 letters a-z, digits, - and _" in complaint


def test_a_classifier_s_name_can_be_a_folder_s(tmp_path):
    (complaint,) = complaints(written(tmp_path, "service: {classifier: ../cat}"))
    assert complaint.startswith("1 service.classifier: a classifier's name has")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "'::1'", "localhost"])
def test_the_service_listens_on_loopback(tmp_path, host):
    assert load_config(written(tmp_path, f"service: {{host: {host}}}"), {}).service.host == host.strip("'")


@pytest.mark.parametrize("host", ["0.0.0.0", "'::'", "192.168.1.5"])
def test_the_service_listens_elsewhere_only_where_people_log_in(tmp_path, host):
    (complaint,) = complaints(written(tmp_path, f"service: {{host: {host}, access: anyone}}"))
    assert "where anyone may ask, the service listens to this machine only" in complaint
    assert load_config(written(tmp_path, f"service: {{host: {host}}}"), {}).service.access == "people"
    text = f"service: {{host: {host}, token: !env TOKEN, hosts: [shed.local]}}"
    service = load_config(written(tmp_path, text), {"TOKEN": "sixteen-letters-or-more"}).service
    assert (service.host, service.hosts) == (host.strip("'"), ("shed.local",))
    assert "sixteen" not in repr(service)


def test_certificate_and_key_lie_beside_the_configuration(tmp_path):
    text = "service: {tls: {certificate: own.pem, key: keys/own.pem}}"
    tls = load_config(written(tmp_path, text), {}).service.tls
    assert (tls.certificate, tls.key) == (tmp_path / "own.pem", tmp_path / "keys" / "own.pem")


@pytest.mark.parametrize("host", ["example.org", "''", "127.0.0.1.5"])
def test_the_service_listens_at_addresses(tmp_path, host):
    (complaint,) = complaints(written(tmp_path, f"service: {{host: {host}}}"))
    assert complaint.startswith("1 service.host: say an address of this machine")


def test_a_token_that_could_be_guessed_is_refused_without_being_shown(tmp_path):
    (complaint,) = complaints(written(tmp_path, "service: {token: short-one}"))
    assert complaint.startswith("1 service.token:")
    assert "short-one" not in complaint


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "classifier: cat-door, label: prey",
            "classifier: cat-doro, label: prey",
            (
                "12 cameras.door.rules.0.classifier: cat-doro is not among this camera's classifiers;"
                " the nearest known one is cat-door."
            ),
        ),
        (
            "[log, phone]",
            "[log, phon]",
            "12 cameras.door.rules.0.actions.1: no action is called phon; the nearest known one is phone.",
        ),
        (
            '"nobody there"',
            "prey",
            "14 cameras.door.rules.1.name: a rule of this camera is already called prey.",
        ),
        ("[cat-door]", "[cat-door, cat-door]", "10 cameras.door.classifiers.1: cat-door is listed twice."),
    ],
    ids=["classifier", "action", "rule", "twice"],
)
def test_parts_that_do_not_fit_each_other_are_told(tmp_path, old, new, expected):
    assert complaints(written(tmp_path, HOUSE.replace(old, new))) == [expected]


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_lines(tmp_path):
    path = written(tmp_path, "service: {prot: 1}\ninference: {threads: !env NOT_SET}\nstorage: 5\nx: 1\nx: 2")
    with pytest.raises(ConfigurationError) as caught:
        load_config(path, {})
    first, *lines = str(caught.value).splitlines()
    assert first == f"{path} has 5 problems:"
    assert [line.split(": ")[0] for line in lines] == [f"  {path}:{line}" for line in (1, 2, 3, 4, 5)]


def test_of_very_many_mistakes_a_message_tells_the_first(tmp_path):
    path = written(tmp_path, "".join(f"x{number}: 1\n" for number in range(50)))
    with pytest.raises(ConfigurationError) as caught:
        load_config(path, {})
    first, *lines, last = str(caught.value).splitlines()
    assert first == f"{path} has 50 problems:"
    assert len(lines) == 20
    assert last == "  and 30 more."
    assert len(caught.value.problems) == 50


def test_one_mistake_is_one_line(tmp_path):
    path = written(tmp_path, "service: {prot: 1}")
    with pytest.raises(ConfigurationError) as caught:
        load_config(path, {})
    assert str(caught.value) == f"{path}:1: service.prot: unknown key; the nearest known one is port."
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("url: !env NOT_SET", "the environment variable NOT_SET is not set"),
        ("url: !env EMPTY", "the environment variable EMPTY is empty"),
        ("url: !env ''", "!env takes the name of a variable"),
        ("url: !env a-b", "!env takes the name of a variable"),
        ("url: !env [DOOR_URL]", "only a single value may have a tag"),
        ("url: !file ./nowhere", "does not exist or is not a file"),
        ("url: !file /dev/zero", "does not exist or is not a file"),
        ("url: !file .", "does not exist or is not a file"),
        ("url: !file ./empty", "is empty"),
        ("url: !file ./large", "is larger than 65536 bytes"),
        ("url: !file ./binary", "does not hold text"),
        ('url: !file "a\\0b"', "does not exist or is not a file"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_once(tmp_path, text, expected):
    for name, data in {"empty": b" \n", "large": b"x" * 65537, "binary": b"\xff\xfe"}.items():
        (tmp_path / name).write_bytes(data)
    text = f"actions:\n  phone:\n    kind: webhook\n    {text}"
    (complaint,) = complaints(written(tmp_path, text), {"EMPTY": ""})
    assert complaint.startswith("4 actions.phone.url: ")
    assert expected in complaint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("source: {kind: rtps, url: !env S}", ["no kind is called rtps; the nearest known one is rtsp."]),
        ("source: {kind: !env S, url: x}", []),
        ("source: !env S", []),
        ("source: {kind: push}\n    gate: {kind: background, masks: [[[!env S, 0], [1, 0], [1, 1]]]}", []),
    ],
)
def test_what_comes_of_a_missing_variable_is_not_told_again(tmp_path, text, expected):
    told = complaints(written(tmp_path, f"cameras:\n  door:\n    {text}"))
    assert sum("the environment variable S is not set" in each for each in told) == 1
    assert [each.partition(": ")[2] for each in told if "variable S" not in each] == expected


@pytest.mark.parametrize(
    "tag",
    [
        "!environ X",
        "!!python/object/apply:os.system [id]",
        "!!python/name:os.system",
        "!!binary aGk=",
        "!x y",
    ],
)
def test_no_other_tag_is_known_and_none_is_carried_out(tmp_path, tag):
    (complaint,) = complaints(written(tmp_path, f"storage:\n  folder: {tag}"))
    assert complaint.startswith("2 storage.folder: only ")


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("a: [1,\nb: 2", 2, "this is not YAML"),
        ("a:\n\tb: 1", 2, "this is not YAML"),
        ("a: 'open", 1, "this is not YAML"),
        ("a: b: c", 1, "this is not YAML"),
        ("a: \x01", 1, "a control character"),
        ("a: 1\n---\nb: 2", 2, "a second document"),
        (f"service:\n  host: *{PASSWORD}", 2, "this alias (*) has no anchor (&) above"),
        ("a: &x [*x]", 1, "this alias (*) has no anchor (&) above"),
        ("service: {port: 1}\nservice: {port: 2}", 2, "the key service stands here a second time"),
        ("? [a]\n: 1", 1, "a key must be plain text"),
        ("!env HOME: 1", 1, "a key must be plain text"),
        ("[" * 40 + "]" * 40, 1, "values lie more than 30 deep"),
        ("[" * 5000, 1, "values lie more than 30 deep"),
        ("a: [" + "1, " * 30_000 + "]", 1, "there are more than 20000 values"),
    ],
)
def test_what_is_not_a_configuration_s_yaml_is_refused_with_its_line(tmp_path, text, line, expected):
    (complaint, *_) = complaints(written(tmp_path, text))
    assert complaint.startswith(f"{line} ")
    assert expected in complaint
    assert PASSWORD not in complaint


def test_a_few_lines_of_aliases_do_not_become_billions_of_values(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (complaint, *_) = complaints(written(tmp_path, "\n".join(lines)))
    assert "aliases (*) make more than 20000 values of this file" in complaint


def test_an_alias_repeats_what_has_its_anchor(tmp_path):
    text = """
cameras:
  one: {source: {kind: push}, gate: &careful {kind: background, minimum_area: 0.01}}
  two: {source: {kind: push}, gate: *careful}
"""
    cameras = load_config(written(tmp_path, text), {}).cameras
    assert cameras["one"].gate == cameras["two"].gate
    assert cameras["two"].gate.minimum_area == 0.01


def test_words_and_numbers_are_those_of_yaml_1_2(tmp_path):
    rule = "{kind: presence, name: no, classifier: c, label: off}"
    text = f"cameras: {{on: {{source: {{kind: push}}, rules: [{rule}]}}}}"
    (complaint,) = complaints(written(tmp_path, text))
    assert complaint.startswith("1 cameras.on.rules.0.classifier: c is not among")
    assert load_config(written(tmp_path, "service: {port: 0x10}"), {}).service.port == 16
    assert load_config(written(tmp_path, "service: {port: 0010}"), {}).service.port == 10


def test_a_file_that_cannot_be_read_gets_a_sentence(tmp_path):
    (tmp_path / "latin").write_bytes(b"# gr\xfc\xdfe\n")
    (tmp_path / "large").write_bytes(b"#" * (MAXIMUM_BYTES + 1))
    for name, expected in {
        "nowhere": "does not exist",
        ".": "cannot be read: Is a directory",
        "latin": "latin:1: this is not text in UTF-8",
        "large": "is larger than 1000000 bytes",
    }.items():
        with pytest.raises(ConfigurationError, match=expected):
            load_config(tmp_path / name, {})


WRONG_PLACES = [
    "service: {port: !env S}",
    "service: {host: !env S}",
    "service: {classifier: !env S}",
    "service: !env S",
    "inference: {threads: !env S}",
    "storage: {folder: [!env S]}",
    "cameras: !env S",
    "cameras: {door: !env S}",
    "cameras: {door: {source: !env S}}",
    "cameras: {door: {source: {kind: !env S}}}",
    "cameras: {door: {source: {kind: rtsp, url: !env S}}}",
    "cameras: {door: {source: {kind: mjpeg, url: !env S}}}",
    "cameras: {door: {source: {kind: rtsp, url: 'rtsp://h/', transport: !env S}}}",
    "cameras: {door: {source: {kind: rtsp, url: 'rtsp://h/', ffmpeg_options: {probesize: !env S}}}}",
    "cameras: {door: {source: {kind: rtsp, url: 'rtsp://h/', ffmpeg_options: !env S}}}",
    "cameras: {door: {source: {kind: v4l2, device: !env S}}}",
    "cameras: {door: {source: {kind: push}, gate: {kind: background, masks: !env S}}}",
    "cameras: {door: {source: {kind: push}, gate: {kind: background, masks: [!env S]}}}",
    "cameras: {door: {source: {kind: push}, gate: {kind: background, masks: [[!env S, 1, 2]]}}}",
    "cameras: {door: {source: {kind: push}, gate: {kind: background, masks: [[1, !env S]]}}}",
    "cameras: {door: {source: {kind: push}, gate: {kind: background, masks: [[[!env S,0],[1,0],[1,1]]]}}}",
    "cameras: {door: {source: {kind: push}, gate: {kind: background, minimum_area: !env S}}}",
    "cameras: {door: {source: {kind: push}, classifiers: [!env S]}}",
    "cameras: {door: {source: {kind: push}, rules: [{kind: !env S}]}}",
    (
        "cameras: {door: {source: {kind: push}, rules:"
        " [{kind: presence, name: n, classifier: !env S, label: l, actions: [!env S]}]}}"
    ),
    (
        "cameras: {door: {source: {kind: push}, classifiers: [c], rules:"
        " [{kind: presence, name: !env S, classifier: c, label: l, actions: [!env S]},"
        " {kind: presence, name: !env S, classifier: c, label: l}]}}"
    ),
    "actions: {phone: {kind: webhook, url: !env S}}",
    "actions: {phone: {kind: webhook, url: 'http://h/', phases: [!env S]}}",
    "actions: {phone: {kind: log, level: !env S}}",
    "unknown: !env S",
]


@pytest.mark.parametrize("text", WRONG_PLACES)
@pytest.mark.parametrize(
    "secret",
    [f"{PASSWORD}/", f"ftp://u:{PASSWORD}@h", f"rtsp://u:{PASSWORD}@h:port/", f"https://u:{PASSWORD}@[h/"],
)
def test_what_env_gave_is_never_shown_wherever_it_is_wrong(tmp_path, text, secret):
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        load_config(path, {"S": secret})
    assert PASSWORD not in repr(caught.value) + str(caught.value)
    assert PASSWORD not in "".join(repr(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        f"cameras: {{door: {{source: {{kind: rtsp, url: 'rtsp://u:{PASSWORD}@h:port/'}}}}}}",
        f"cameras: {{door: {{source: {{kind: rtsp, url: ['rtsp://u:{PASSWORD}@h/']}}}}}}",
        f"cameras: {{'rtsp://u:{PASSWORD}@h/': {{source: {{kind: push}}}}}}",
        f"'rtsp://u:{PASSWORD}@h/': 1",
        f"service: {{'rtsp://u:{PASSWORD}@h/': 1}}",
        f"actions: {{phone: {{kind: webhook, url: 'u:{PASSWORD}@h/', password: {PASSWORD}}}}}",
        f"storage: {{folder: !{PASSWORD}}}",
        f"storage: {{folder: '{PASSWORD}}}",
        f'storage: {{folder: "\\q{PASSWORD}"}}',
        f"storage: {{folder: %{PASSWORD}}}",
        f"storage: {{folder: !{PASSWORD}!x y}}",
        f"&{PASSWORD} a: &{PASSWORD} *{PASSWORD}",
    ],
)
def test_a_password_in_the_file_itself_is_not_repeated(tmp_path, text):
    with pytest.raises(ConfigurationError) as caught:
        load_config(written(tmp_path, text), {})
    assert PASSWORD not in str(caught.value)


def test_a_loaded_configuration_shows_no_secret(tmp_path):
    path = written(tmp_path, HOUSE)
    loaded = load(path.read_text(), path, ENVIRONMENT)
    assert PASSWORD not in repr(loaded) + str(loaded.config) + loaded.config.model_dump_json()
    assert loaded.concealed(f"at {ENVIRONMENT['DOOR_URL']}") == "at !env DOOR_URL"


def _survives(path: Path) -> None:
    with suppress(ConfigurationError):
        assert isinstance(load_config(path, ENVIRONMENT), Config)


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_configuration_or_a_sentence(tmp_path, data):
    path = tmp_path / "any.yaml"
    path.write_bytes(data)
    _survives(path)


MARKS = [*"{}[]:,-?&*!|>'\"%@`#\n ", "\n  ", ": ", "- ", "---\n", "...\n", "\t", "\r\n", "\u2028", "\ufeff"]
TAGS = ["!env ", "!file ", "!!str ", "&a ", "*a", "<<", "~", "0x", "1e9", "9" * 20, "2024-01-01", "\\x"]
WORDS = [
    "cameras",
    "door",
    "source",
    "kind",
    "rtsp",
    "url",
    "DOOR_URL",
    "gate",
    "masks",
    "rules",
    "actions",
    "null",
]
PIECES = st.sampled_from([*MARKS, *TAGS, *WORDS])


@FUZZ
@given(pieces=st.lists(PIECES, max_size=40))
def test_any_pieces_of_yaml_are_a_configuration_or_a_sentence(tmp_path, pieces):
    _survives(written(tmp_path, "".join(pieces)))


@FUZZ
@given(at=st.integers(0, len(HOUSE)), length=st.integers(0, 12), pieces=st.lists(PIECES, max_size=3))
def test_a_damaged_house_is_a_configuration_or_a_sentence(tmp_path, at, length, pieces):
    _survives(written(tmp_path, HOUSE[:at] + "".join(pieces) + HOUSE[at + length :]))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("push"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "url", "path", "masks", "name", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@FUZZ
@given(
    key=st.sampled_from(["source", "gate", "attention", "classifiers", "rules"]),
    value=VALUES,
)
def test_any_value_in_a_camera_is_a_configuration_or_a_sentence(tmp_path, key, value):
    camera = {"source": {"kind": "push"}, key: value}
    _survives(written(tmp_path, json.dumps({"cameras": {"door": camera}})))
