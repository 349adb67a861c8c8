import shutil
import sqlite3

from vedette.benchmarking.comparison import Figure
from vedette.benchmarking.storing import per_second, recorded_events, written_clip


def test_store_and_bare_sqlite_keep_the_same_rows(tmp_path):
    figure = recorded_events(tmp_path, rounds=2)
    assert (figure.unit, figure.value > 0, figure.floor_value > 0) == ("ms", True, True)
    kept = {}
    for name in ("store", "bare"):
        with sqlite3.connect(tmp_path / f"{name}.sqlite") as there:
            kept[name] = [
                there.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("events", "outbox")
            ]
        there.close()
    assert kept == {"store": [61, 61], "bare": [60, 60]}


def test_a_rate_is_the_inverse_of_a_time_and_so_is_its_ratio():
    figure = per_second(Figure("event", 4.0, "ms", "bare", 2.0, 2.0))
    assert (figure.value, figure.unit, figure.floor_value, figure.ratio) == (250.0, "/s", 500.0, 0.5)


def test_a_clip_is_measured_against_its_own_bytes(tmp_path):
    made = tmp_path / "source"
    made.write_bytes(b"x" * 2_000_000)
    figure = written_clip(lambda path: shutil.copyfile(made, path), tmp_path, rounds=2)
    assert "2.0 MB" in figure.what
    assert (tmp_path / "copied.mp4").read_bytes() == made.read_bytes()
