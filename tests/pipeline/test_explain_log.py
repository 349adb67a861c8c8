import gc
import json
import threading
import weakref

import pytest

from parts.explained import BUSY, MOVING, SMALL, START, STILL, Recording, at, saw, strange, verdict, window

HOUR = 3600


def test_a_quiet_camera_costs_a_row_a_second_whatever_its_rate():
    recording = Recording()
    recording.rests(0, 20, rate=30)
    rows = recording.log.rows("door")
    assert 18 <= len(rows) <= 21
    assert sum(row.frames for row in rows) == 600
    assert {row.gate_reason for row in rows} == {"nothing moves"}


def test_an_hour_of_constant_motion_at_thirty_a_second_fits_and_nothing_is_lost_of_its_highest():
    recording = Recording()
    confidences = [0.2] * (30 * HOUR)
    confidences[30 * 1800] = 0.87
    for number, confidence in enumerate(confidences):
        recording.frame(
            number / 30, MOVING, saw(prey=confidence), verdict("inactive", confidence, confidence)
        )
    rows = recording.log.rows("door", limit=100_000)
    assert len(rows) <= 36_000
    assert (rows[-1].until - rows[0].at).total_seconds() > HOUR - 1
    assert sum(row.frames for row in rows) == 30 * HOUR
    (highest,) = [row for row in rows if row.looks["cats"].confidences["prey"] > 0.5]
    assert highest.rules["prey"].confidence == pytest.approx(0.87)
    assert abs((highest.at - at(1800)).total_seconds()) < 0.2


def test_the_memory_of_an_hour_is_taken_once_and_never_grows():
    recording = Recording(rows=50)
    recording.film(0, 2, 30, MOVING, saw(prey=0.2), verdict())
    before = recording.log.nbytes
    recording.film(2, 60, 30, MOVING, saw(prey=0.2), verdict())
    assert recording.log.nbytes == before
    rows = recording.log.rows("door")
    assert 50 <= len(rows) <= 51
    sequences = [row.sequence for row in rows]
    assert sequences == list(range(sequences[0], sequences[0] + len(rows)))
    assert rows[-1].until == at(60 - 1 / 30)


def test_an_hour_of_a_camera_with_two_rules_takes_less_than_twelve_megabytes():
    recording = Recording()
    recording.frame(0, MOVING, saw(prey=0.2), verdict(), verdict(rule="cat"))
    assert recording.log.nbytes < 12e6


def test_no_change_of_state_is_lost_even_if_it_lasts_one_frame_at_a_hundred_a_second():
    recording = Recording()
    for number in range(1000):
        is_odd = number == 501
        changed = number in (501, 502)
        recording.frame(
            number / 100,
            MOVING,
            saw(prey=0.2),
            verdict("active" if is_odd else "inactive", has_changed=changed, reason=f"change {is_odd}"),
        )
    rows = recording.log.rows("door")
    assert sum(row.rules["prey"].changes for row in rows) == 2
    (row,) = [row for row in rows if "active" in row.rules["prey"].states]
    assert row.rules["prey"].reason.startswith("change")
    assert len(rows) <= 100


def test_a_loud_frame_does_not_vanish_in_a_quiet_second():
    recording = Recording()
    recording.rests(0, 5)
    recording.frame(5.0, MOVING, saw(prey=0.6), verdict("inactive", 1.0, 0.6))
    recording.rests(5.1, 9)
    (row,) = [row for row in recording.log.rows("door") if row.frames_open]
    assert (row.at, row.frames, row.gate_reason) == (at(5.0), 1, "moving")


def test_the_row_that_is_still_being_written_is_seen_and_only_once():
    recording = Recording()
    recording.frame(0, STILL)
    assert [row.sequence for row in recording.log.rows("door")] == [0]
    recording.frame(0.5, SMALL)
    (row,) = recording.log.rows("door")
    assert (row.frames, row.gate_reason) == (2, "too small")
    recording.frame(2, STILL)
    assert [row.sequence for row in recording.log.rows("door")] == [0, 1]


def test_a_row_tells_looked_from_refused_from_resting():
    recording = Recording()
    recording.frame(0, STILL)
    recording.frame(1, MOVING, BUSY)
    recording.frame(2, MOVING, strange(cat=0.4, prey=0.6))
    resting, refused, looked = (row.looks["cats"] for row in recording.log.rows("door"))
    assert (resting.looked, resting.refused, resting.best, resting.reason) == (0, 0, None, "nothing moves")
    assert (refused.looked, refused.refused, refused.reason) == (0, 1, BUSY.reason)
    assert (looked.looked, looked.unknown, looked.best) == (1, 1, "prey")
    assert looked.confidences == pytest.approx({"prey": 0.6, "cat": 0.4})


def test_a_reason_comes_back_with_its_figures():
    recording = Recording()
    recording.frame(0, MOVING, saw(cat2=0.61), verdict("inactive", 1.13, 0.61))
    (row,) = recording.log.rows("door")
    assert row.rules["prey"].reason == "prey 0.61, evidence 1.1 of 2.2 needed"
    assert list(row.looks["cats"].confidences) == ["cat2"]


def test_rows_are_found_by_time_and_by_sequence():
    recording = Recording()
    recording.film(0, 60, 5, MOVING, saw(prey=0.2), verdict())
    log = recording.log
    found = log.rows("door", window(30, 40))
    assert {(row.until - START).total_seconds() >= 30 for row in found} == {True}
    assert {(row.at - START).total_seconds() < 40 for row in found} == {True}
    assert sum(row.frames for row in found) == 50
    paged, after = [], -1
    while page := log.rows("door", after=after, limit=7):
        assert len(page) <= 7
        paged += page
        after = page[-1].sequence
    assert paged == list(log.rows("door", limit=100_000))


@pytest.mark.parametrize("shift", [-HOUR, HOUR])
def test_a_clock_that_is_set_hides_no_row_and_is_told(shift):
    recording = Recording()
    recording.rests(0, 30)
    recording.shift = shift
    recording.rests(30, 60)
    log = recording.log
    assert sum(row.frames for row in log.rows("door")) == 600
    assert sum(row.frames for row in log.rows("door", window(10, 20))) >= 100
    assert sum(row.frames for row in log.rows("door", window(shift + 40, shift + 50))) >= 100
    (remark,) = log.remarks("door")
    assert remark.stage == "clock"
    assert f"{'back' if shift < 0 else 'forward'} by 3600 s" in remark.text


def test_two_moments_of_the_same_hour_are_both_found_after_the_clock_was_set_back():
    recording = Recording()
    recording.film(0, 60, 5, MOVING, saw(prey=0.2), verdict())
    recording.shift = -60
    recording.film(60, 120, 5)
    rows = recording.log.rows("door", window(20, 30))
    assert {row.gate_reason for row in rows} == {"moving", "nothing moves"}
    assert [row.sequence for row in rows] == sorted(row.sequence for row in rows)


def test_cameras_do_not_see_each_others_rows():
    recording = Recording()
    recording.film(0, 5, 5, camera="door")
    recording.film(5, 9, 5, MOVING, camera="garden")
    assert recording.log.cameras == ("door", "garden")
    assert {row.gate_reason for row in recording.log.rows("garden")} == {"moving"}
    assert recording.log.rows("cellar") == ()


def test_the_hour_outlives_a_new_rule():
    recording = Recording()
    recording.film(0, 5, 5, MOVING, saw(prey=0.2), verdict(rule="prey"))
    recording.film(5, 10, 5, MOVING, saw(prey=0.2), verdict(rule="mouse"))
    rows = recording.log.rows("door")
    assert sum(row.frames for row in rows) == 50
    assert {name for row in rows for name in row.rules} == {"prey", "mouse"}
    assert [row.sequence for row in rows] == list(range(len(rows)))


def test_a_camera_that_was_taken_out_takes_its_memory_with_it():
    recording = Recording()
    recording.frame(0)
    recording.log.remark("door", "camera", "lost")
    recording.log.forget("door")
    assert (recording.log.cameras, recording.log.nbytes) == ((), 0)


def test_no_picture_is_kept_alive():
    recording = Recording()
    recording.frame(0)

    class Planes:
        luma = None

    planes = Planes()
    from vedette.values.frame import Frame
    from vedette.values.trail import Trail

    recording.log(Trail(Frame("door", 1, START, 0.1, 8, 8, planes), STILL, {}, (), 0.1))
    gone = weakref.ref(planes)
    del planes
    gc.collect()
    assert gone() is None


def test_a_remark_that_is_said_again_is_counted():
    recording = Recording()
    for second in range(5):
        recording.now = second
        recording.log.remark("door", "action", "phone failed", is_trouble=True)
    recording.log.remark("door", "action", "phone delivered")
    first, second = recording.log.remarks("door")
    assert (first.times, first.at, first.last_at, first.is_trouble) == (5, at(0), at(4), True)
    assert (second.times, second.is_trouble) == (1, False)


def test_remarks_are_bounded_in_number_and_length():
    recording = Recording(remarks=10)
    for number in range(100):
        recording.log.remark("door", "event", f"{number} " + "x" * 1000)
    remarks = recording.log.remarks("door")
    assert [each.text[:2] for each in remarks] == [str(number) for number in range(90, 100)]
    assert {len(each.text) for each in remarks} == {300}


def test_a_remark_on_all_cameras_stands_among_each_ones_own():
    recording = Recording()
    log = recording.log
    log.remark("door", "camera", "lost")
    recording.now = 1
    log.remark(None, "configuration", "reloaded")
    recording.now = 2
    log.remark("door", "camera", "back")
    log.remark("garden", "camera", "lost")
    assert [each.text for each in log.remarks("door")] == ["lost", "reloaded", "back"]
    assert [each.text for each in log.remarks("door", window(1, 2))] == ["reloaded"]


def test_it_may_be_read_and_remarked_while_a_camera_writes():
    recording = Recording(rows=40)
    log, wrong, ended = recording.log, [], threading.Event()

    def read():
        # Breathing in between: numpy lets go of the GIL and takes it again before the writer wakes up.
        while not ended.wait(0.001):
            log.remark("door", "event", "opened")
            rows = log.rows("door")
            sequences = [row.sequence for row in rows]
            if sequences != list(range(sequences[0] if sequences else 0, len(rows) + (sequences or [0])[0])):
                wrong.append(sequences)
            for row in rows:
                expected = f"prey {row.sequence % 7 / 10:.2f}, evidence 1.0 of 2.2 needed"
                if row.rules["prey"].reason != expected:
                    wrong.append((row.sequence, row.rules["prey"].reason))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1000):
        recording.frame(number * 0.2, MOVING, saw(prey=0.2), verdict("inactive", 1.0, number % 7 / 10))
    ended.set()
    reader.join()
    assert wrong == []


def test_an_explanation_is_made_of_jsons_types():
    recording = Recording()
    recording.film(0, 5, 5, MOVING, saw(prey=0.2), verdict())
    recording.log.remark("door", "action", "phone failed", is_trouble=True)
    told = json.loads(json.dumps(recording.asked(0, 10).as_record(), allow_nan=False))
    assert (told["camera"], told["remarks"][0]["text"]) == ("door", "phone failed")
    assert told["moments"][0]["confidence"] == 0.2
    assert told["moments"][0]["at"] == at(0).isoformat()
