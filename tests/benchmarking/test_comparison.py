import itertools

import pytest

from vedette.benchmarking.comparison import Contestant, Figure, compare
from vedette.benchmarking.machine import this_machine
from vedette.benchmarking.report import as_record, as_table, save_reference


class Clock:
    """Time passes only while somebody works."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def work(self, seconds):
        def pass_time():
            self.now += next(seconds)

        return pass_time


def test_the_ratio_is_the_median_of_the_pairs_and_the_first_round_does_not_count():
    clock = Clock()
    slow = clock.work(itertools.chain([100.0], [3.0, 2.0, 8.0]))
    fast = clock.work(itertools.chain([100.0], [1.0, 2.0, 2.0]))
    figure = compare(Contestant("slow", slow), Contestant("fast", fast), rounds=3, goal=3.5, clock=clock)
    assert figure.ratio == pytest.approx(3.0)
    assert figure.value == pytest.approx(3000)
    assert figure.floor_value == pytest.approx(2000)
    assert figure.is_met


def test_a_goal_without_a_floor_bounds_the_value():
    assert Figure("memory", 230, "MB", goal=220).is_met is False
    assert Figure("memory", 230, "MB").is_met is None


def test_the_record_names_the_machine_and_every_figure(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text("processor : 0\nmodel name : Shed 3000\n")
    machine = this_machine(tmp_path)
    figures = [
        Figure("idle", 1.6, "ms", "decode", 1.55, 1.03, 1.05, 9),
        Figure("memory", 190, "MB", goal=220),
    ]
    assert as_record(figures, machine)["machine"]["processor"] == "Shed 3000"
    assert [row["is_met"] for row in as_record(figures, machine)["figures"]] == [True, True]
    assert as_table(figures, machine).row_count == 2
    save_reference(figures, machine, tmp_path / "reference/shed.csv")
    lines = (tmp_path / "reference/shed.csv").read_text().splitlines()
    assert lines[0].startswith("# Shed 3000")
    assert lines[3] == "idle,1.6,ms,decode,1.55,1.030,1.05,9"


def test_a_round_of_several_is_told_for_one_and_the_ratio_stays():
    figure = Figure("ten posts", 40.0, "ms", "ten of the peer's", 80.0, 0.5).per(10)
    assert (figure.value, figure.floor_value, figure.ratio) == (4.0, 8.0, 0.5)
