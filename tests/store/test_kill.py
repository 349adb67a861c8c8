"""What was acknowledged is there after a kill at any moment."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vedette.store.store import Store

RECORDER = """
import sys
sys.path.insert(0, sys.argv[1])
from dataclasses import replace
from pathlib import Path
from parts.happenings import START, event
from parts.letters import entry
from vedette.store.store import Store
from vedette.values.event import Phase

store = Store(Path(sys.argv[2]))
for number in range(100_000):
    made = event(f"{sys.argv[3]}{number:06}")
    store.events.record(made, [entry(made, phase=Phase.OPEN)])
    print("open", made.id, flush=True)
    done = replace(made, closed_at=START, updates=1)
    store.events.record(done, [entry(done, phase=Phase.CLOSE)])
    print("close", made.id, flush=True)
"""


def killed_after(lines, *arguments):
    """What it had acknowledged when it was killed, about `lines` words in."""
    command = [sys.executable, "-c", RECORDER, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return [tuple(line.split()) for line in said if line.endswith("\n")]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_acknowledged_word_is_there_after_a_kill(tmp_path, seed):
    lines = random.Random(seed).randint(1, 300)
    acknowledged = killed_after(lines, Path(__file__).parents[1], tmp_path, seed)
    with Store(tmp_path) as store:
        events = {each.id: each for each in store.events.list(limit=None)}
        entries = {each.key for each in store.outbox.list(limit=None)}
        assert len(acknowledged) >= lines
        assert [found for phase, found in acknowledged if f"{found}:{phase}:phone" not in entries] == []
        assert [found for phase, found in acknowledged if phase == "close" and events[found].is_open] == []
        # All or nothing: no event without its entry, no entry without its event.
        assert {key.split(":")[0] for key in entries} == set(events)
        assert len(entries) == sum(1 if each.is_open else 2 for each in events.values())
        assert len(store.events.unclosed()) <= 1
