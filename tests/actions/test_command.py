import asyncio
import json
import logging
import os
import stat
import sys
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from parts.happenings import START, event
from vedette.actions.command import OUTPUT_BYTES, CommandAction, CommandSettings
from vedette.actions.protocol import Letter
from vedette.errors import ActionError
from vedette.values.event import Phase

LETTER = Letter("01:open:bell", Phase.OPEN, event(label="$(touch /tmp/x); `id` {0} %s", close_reason="a\0b"))


def run(*arguments, timeout_seconds=20.0, letter=LETTER):
    async def carry_out():
        action = CommandAction("bell", CommandSettings(arguments=arguments, timeout_seconds=timeout_seconds))
        await action.open()
        await action.carry_out(letter)
        await action.close()

    asyncio.run(carry_out())


def python(text, *arguments, **settings):
    run(sys.executable, "-c", text, *arguments, **settings)


def test_the_event_is_on_its_input_and_in_a_small_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_TOKEN", "geheim")
    monkeypatch.setenv("DATABASE_PASSWORD", "geheim")
    told = tmp_path / "told.json"
    python(
        "import json, os, sys; record = json.load(sys.stdin);"
        "json.dump([record, dict(os.environ), sys.argv[2:], os.getcwd(), os.getsid(0) == os.getpid()],"
        "open(sys.argv[1], 'w'))",
        str(told),
        "{label} $VEDETTE_LABEL",
    )
    record, environment, arguments, folder, has_own_session = json.loads(told.read_text())
    assert (record["key"], record["phase"], record["id"]) == ("01:open:bell", "open", "01")
    assert arguments == ["{label} $VEDETTE_LABEL"]
    assert (folder, has_own_session) == ("/", True)
    assert environment["VEDETTE_LABEL"] == LETTER.event.label
    assert environment["VEDETTE_CLOSE_REASON"] == "ab"
    assert environment["VEDETTE_OPENED_AT"] == START.isoformat(timespec="milliseconds")
    assert {name for name in environment if not name.startswith(("VEDETTE_", "LC_"))} == {
        "PATH",
        "HOME",
        "LANG",
    }
    assert "geheim" not in str(environment)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("raise SystemExit(3)", r"ended with status 3\."),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", r"was ended by SIGTERM\."),
    ],
)
def test_an_end_that_is_no_success_is_said(text, sentence):
    with pytest.raises(ActionError, match=sentence) as caught:
        python(text)
    assert not caught.value.is_permanent


def test_a_program_that_takes_too_long_is_killed_with_what_it_started(tmp_path):
    note = tmp_path / "child"
    with pytest.raises(ActionError, match=r"did not end within 1 s and was killed"):
        python(
            "import subprocess, sys, time;"
            "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
            "open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(600)",
            str(note),
            timeout_seconds=1,
        )
    assert has_ended(int(note.read_text()))


def has_ended(process):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.01)
    return False


def test_it_may_say_much_and_listen_to_nothing_and_leave_a_child_that_holds_its_output(caplog):
    caplog.set_level(logging.DEBUG)
    python("import sys; sys.stdin.close(); print('x' * 10_000_000)")
    said = next(record.getMessage() for record in caplog.records if "said" in record.getMessage())
    assert said.count("x") == OUTPUT_BYTES
    python(
        "import subprocess, sys;"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)'], start_new_session=True)"
    )


def test_a_program_that_is_not_there_is_said_and_found_when_it_comes(tmp_path, caplog, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(ActionError, match="there is no program ring-the-bell"):
        run("ring-the-bell")
    assert "action bell: there is no program ring-the-bell that may be run" in caplog.text
    program = tmp_path / "ring-the-bell"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    run("ring-the-bell")
    program.write_text("#!/no/such/interpreter\n")
    with pytest.raises(ActionError, match="cannot be run"):
        run("ring-the-bell")


@pytest.mark.parametrize(
    "arguments", [[], [""], ["./bell"], ["bin/bell"], ["/bin/bell", "a\0b"], "/bin/bell now"]
)
def test_what_is_no_list_of_a_program_and_arguments_is_refused(arguments):
    with pytest.raises(ValidationError):
        CommandSettings(arguments=arguments)
