import getpass
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parts.vedette_process import environment, run_vedette
from vedette.cli import service
from vedette.cli.service_unit import MARK, Unit
from vedette.errors import UsageError

CONFIGURATION = """\
storage: {folder: ./events of 100%}
cameras:
  door:
    source: {kind: push}
"""

# What systemd before 254 does not know yet, and is told all the same.
NEWER = ("RestartSteps", "RestartMaxDelaySec")

SYSTEMD = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with a blank in its name, and a configuration in it."""
    folder = tmp_path / "my home"
    folder.mkdir()
    for name in ("VEDETTE_HOME", "VEDETTE_CACHE", "SUDO_USER"):
        # So that what the command sets is taken back after the test.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    (folder / "house.yaml").write_text(CONFIGURATION)
    yield folder
    for name in ("VEDETTE_HOME", "VEDETTE_CACHE"):
        os.environ.pop(name, None)


def vedette_service(*arguments):
    result = CliRunner().invoke(service.app, [str(each) for each in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def unit_file(home, name="vedette"):
    return home / ".config" / "systemd" / "user" / f"{name}.service"


def somebody():
    """A user who is not root."""
    return next(each.pw_name for each in pwd.getpwall() if each.pw_uid != 0)


def test_a_unit_is_written_and_what_to_do_next_is_said(home):
    told = vedette_service("install", home / "house.yaml", "--user-unit")
    assert "systemctl --user daemon-reload" in told
    assert "systemctl --user enable --now vedette" in told
    assert "!env" not in told
    text = unit_file(home).read_text()
    assert text.startswith(MARK)
    start = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    assert start == f'ExecStart="{sys.executable}" "-m" "vedette" "run" "{home}/house.yaml"'
    for line in ("Type=notify", "WatchdogSec=30", "Restart=always", "ExecReload=/bin/kill -HUP $MAINPID"):
        assert line in text.splitlines()
    assert (home / "events of 100%").is_dir()


def test_it_is_written_again_and_removed(home):
    vedette_service("install", home / "house.yaml", "--user-unit", "--name", "shed")
    vedette_service("install", home / "house.yaml", "--user-unit", "--name", "shed")
    told = vedette_service("uninstall", "--user-unit", "--name", "shed")
    assert "systemctl --user disable --now shed" in told
    assert not unit_file(home, "shed").exists()
    assert (home / "house.yaml").exists()
    with pytest.raises(UsageError, match="there is no unit"):
        vedette_service("uninstall", "--user-unit", "--name", "shed")


@pytest.mark.parametrize("words", [("install", "house.yaml"), ("uninstall",)], ids=["install", "uninstall"])
def test_anothers_unit_is_left_alone(home, words, monkeypatch):
    monkeypatch.chdir(home)
    file = unit_file(home)
    file.parent.mkdir(parents=True)
    file.write_text("[Service]\nExecStart=/bin/true\n")
    with pytest.raises(UsageError, match="not written by vedette"):
        vedette_service(*words, "--user-unit")
    assert "/bin/true" in file.read_text()


def test_a_link_is_never_followed(home):
    target = home / "precious"
    target.write_text(MARK)
    unit_file(home).parent.mkdir(parents=True)
    unit_file(home).symlink_to(target)
    with pytest.raises(UsageError, match="not written by vedette"):
        vedette_service("install", home / "house.yaml", "--user-unit")
    assert target.read_text() == MARK


def test_a_configuration_that_is_not_in_order_is_told_and_nothing_is_written(home):
    (home / "house.yaml").write_text("camera: {}\n")
    with pytest.raises(UsageError, match="cameras"):
        vedette_service("install", home / "house.yaml", "--user-unit")
    assert not unit_file(home).exists()


def test_printing_writes_nothing(home):
    text = vedette_service("install", home / "house.yaml", "--print", "--run-as", somebody())
    assert text.startswith(MARK)
    assert f"User={somebody()}" in text
    assert not unit_file(home).exists()
    assert not (home / "events of 100%").exists()


def test_where_secrets_from_the_environment_belong_is_said(home, monkeypatch):
    monkeypatch.setenv("TOKEN", "0123456789abcdef")
    (home / "house.yaml").write_text(CONFIGURATION + "service: {token: !env TOKEN}\n")
    told = vedette_service("install", home / "house.yaml", "--user-unit")
    file = home / ".config" / "vedette" / "vedette.env"
    assert str(file) in told
    monkeypatch.delenv("TOKEN")
    with pytest.raises(UsageError, match="TOKEN"):
        vedette_service("install", home / "house.yaml", "--user-unit")
    file.parent.mkdir()
    file.write_text("# secret\nTOKEN='0123456789abcdef'\n")
    vedette_service("install", home / "house.yaml", "--user-unit")
    assert "0123456789abcdef" not in told + unit_file(home).read_text()


@pytest.mark.parametrize("name", ["", "../x", "a b", "x.service", "-x", "x" * 65])
def test_a_name_that_is_none_is_refused(home, name):
    with pytest.raises(UsageError, match="cannot be called"):
        vedette_service("install", home / "house.yaml", "--user-unit", f"--name={name}")


def test_it_never_runs_as_root_nor_as_somebody_unknown(home, monkeypatch):
    with pytest.raises(UsageError, match="not run as root"):
        vedette_service("install", home / "house.yaml", "--print", "--run-as", "root")
    with pytest.raises(UsageError, match="no user"):
        vedette_service("install", home / "house.yaml", "--print", "--run-as", "nobody-of-this-name")
    if getpass.getuser() != somebody():
        with pytest.raises(UsageError, match="that user only"):
            vedette_service("install", home / "house.yaml", "--user-unit", "--run-as", somebody())


def test_under_sudo_it_runs_as_who_said_so_from_his_home(home, monkeypatch):
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("SUDO_USER", somebody())
    text = vedette_service("install", home / "house.yaml", "--print")
    assert f"User={somebody()}" in text


def hardened(folder=Path("/srv/my house"), program="/usr/bin/env", **changes):
    given = {
        "command": (program, "run", f'{folder}/100% $HOME "x" y\\z.yaml'),
        "writable": (folder / "100%", folder / "data"),
        "environment": {"VEDETTE_HOME": f"{folder}/data"},
        "environment_file": Path("/etc/vedette/vedette.env"),
        "user": somebody(),
        "groups": ("video",),
    }
    return Unit(**given | changes)


def test_blanks_per_cents_dollars_quotes_and_backslashes_stay_what_they_are():
    lines = hardened().text.splitlines()
    assert r'ExecStart="/usr/bin/env" "run" "/srv/my house/100%% $$HOME \"x\" y\\z.yaml"' in lines
    assert 'ReadWritePaths="/srv/my house/100%%"' in lines
    assert 'Environment="VEDETTE_HOME=/srv/my house/data"' in lines


def test_a_path_that_no_unit_can_hold_is_refused():
    with pytest.raises(UsageError, match="control character"):
        _ = hardened(Path("/srv/a\nExecStart=b")).text


def test_only_what_it_writes_is_writable():
    lines = hardened().text.splitlines()
    for line in ("ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "PrivateTmp=yes"):
        assert line in lines
    assert sum(line.startswith("ReadWritePaths=") for line in lines) == 2
    assert "DeviceAllow=char-video4linux rw" in lines
    assert "DeviceAllow=char-gpiochip rw" in lines
    assert "SupplementaryGroups=video" in lines


def test_a_store_below_tmp_is_not_hidden_by_a_tmp_of_its_own():
    assert "PrivateTmp=yes" not in hardened(Path("/tmp/house")).text


@needs_systemd
@pytest.mark.parametrize("is_user_unit", [False, True], ids=["system", "user"])
def test_systemd_understands_the_unit(tmp_path, is_user_unit):
    folder = tmp_path / "100% mine"
    folder.mkdir()
    program = folder / "a program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    changes = {"user": None, "groups": ()} if is_user_unit else {}
    file = tmp_path / "vedette-test.service"
    file.write_text(hardened(folder, str(program), **changes).text)
    told = subprocess.run([SYSTEMD, "verify", file], capture_output=True, text=True, check=False)
    complaints = [
        line
        for line in told.stderr.splitlines()
        if "vedette-test" in line and not any(name in line for name in NEWER) and "not safe" not in line
    ]
    assert complaints == []
    assert told.returncode == 0


@needs_systemd
def test_systemd_finds_the_service_well_fenced(tmp_path):
    file = tmp_path / "vedette-test.service"
    file.write_text(hardened().text)
    told = subprocess.run(
        [SYSTEMD, "security", "--offline=yes", "--threshold=30", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-200:]


@pytest.mark.parametrize(
    ("actions", "is_expected"),
    [
        ("", False),
        (
            "actions: {lock: {kind: gpio, device: {kind: lock, pin: 17, locked_at: low, safe: locked}}}\n",
            True,
        ),
    ],
    ids=["no actuator", "a lock"],
)
def test_a_unit_with_actuators_makes_them_safe_at_every_end(tmp_path, actions, is_expected):
    path = tmp_path / "house.yaml"
    path.write_text(f"service: {{port: 0}}\n{actions}")
    printed = run_vedette("service", "install", path, "--user-unit", "--print")
    assert printed.returncode == 0, printed.stderr
    assert ('"service" "safe"' in printed.stdout) == is_expected


def test_actuators_are_driven_into_their_safe_states_though_the_rest_is_wrong(tmp_path):
    path = tmp_path / "house.yaml"
    path.write_text(
        "cameras: {flap: {source: {kind: rtsp, url: !env NOWHERE}, nonsense: 1}}\n"
        "actions: {lock: {kind: gpio, device: {kind: lock, pin: 17, locked_at: low, safe: locked},"
        " interlocks: [prey]}}\n"
    )
    done = run_vedette("service", "safe", path, given=environment(GPIOZERO_PIN_FACTORY="mock"))
    assert (done.returncode, done.stdout) == (0, "In the safe state: lock.\n")
