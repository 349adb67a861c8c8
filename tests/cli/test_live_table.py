"""What stands on the screen, drawn by a recording console."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from parts.happenings import frame
from vedette.cli.live_table import LiveTable
from vedette.values.observation import GateVerdict, Looked, NotLooked, RuleVerdict
from vedette.values.prediction import Classification
from vedette.values.trail import Trail

OPEN = GateVerdict(is_open=True, reason="something moved at the right")
CLOSED = GateVerdict(is_open=False, reason="nothing moves")
ACTIVE = RuleVerdict("prey", "active", True, 2.0, 1.5, -0.8, 0.93, "mouse 0.93, evidence 2.0")


def looked(second: float, label: str = "mouse", confidence: float = 0.93) -> Trail:
    answer = Classification(label, {label: confidence, "background": 1 - confidence})
    return Trail(frame(second), OPEN, {"door": Looked("it moved", answer, 0.003)}, (ACTIVE,), 0.0042)


def not_looked(second: float) -> Trail:
    resting = replace(ACTIVE, state="inactive", has_changed=False)
    return Trail(frame(second), CLOSED, {"door": NotLooked("nothing moves")}, (resting,), 0.0001)


def screen(trails: list[Trail], width: int = 120, *, explain: bool = False) -> str:
    console = Console(width=width, file=io.StringIO(), record=True, force_terminal=False)
    table = LiveTable(console, "door watches", explain=explain)
    for trail in trails:
        table(trail)
    console.print(table.render())
    return console.export_text()


def test_a_look_is_shown_with_second_gate_answer_state_and_time():
    text = screen([looked(2.5)])
    for part in ("door watches", "2.50", "something moved", "door: mouse 0.93", "prey: active", "4.2"):
        assert part in text
    assert "1 frames, 1 looked at" in text


def test_a_confidence_is_a_bar_of_ten():
    assert "█" * 9 in screen([looked(1.0, confidence=0.9)])
    assert "█" * 10 not in screen([looked(1.0, confidence=0.9)])


def test_frames_that_nobody_looked_at_are_counted_and_shown_only_if_explained():
    trails = [looked(0.0), not_looked(0.1), not_looked(0.2)]
    assert "not looked" not in screen(trails)
    assert "3 frames, 1 looked at" in screen(trails)
    assert screen(trails, explain=True).count("not looked: nothing moves") == 2


def test_a_change_of_state_is_shown_though_nobody_looked():
    changed = replace(not_looked(7.0), verdicts=(replace(ACTIVE, state="inactive"),))
    assert "prey: inactive" in screen([changed])


def test_the_last_twelve_are_kept():
    text = screen([looked(float(second)) for second in range(100, 120)])
    assert "107.00" not in text
    assert [f"{second}.00" in text for second in range(108, 120)] == [True] * 12


def test_before_the_first_frame_there_is_an_empty_table():
    assert "0 frames, 0 looked at" in screen([])


@pytest.mark.parametrize("width", [1, 8, 20, 40, 60, 79])
def test_a_narrow_terminal_is_kept_to(width):
    text = screen([looked(2.5), not_looked(2.6)], width, explain=True)
    assert max(len(line) for line in text.splitlines()) <= width


def test_markup_in_a_reason_is_shown_as_it_is():
    named = replace(looked(1.0), gate=GateVerdict(is_open=True, reason="[bold]not markup[/]"))
    assert "[bold]not markup[/]" in screen([named])


def test_a_live_screen_ends_with_the_last_table():
    console = Console(width=100, file=io.StringIO(), force_terminal=True)
    with LiveTable(console, "door watches", explain=False) as table:
        table(looked(3.25))
    assert "3.25" in console.file.getvalue()
    assert console.file.getvalue().endswith(("\x1b[?25h", "\n"))
