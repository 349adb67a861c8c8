"""The gate on real footage; the seconds were read off the pictures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import av
import numpy as np
import pytest

from parts.footage import LumaPlanes
from vedette.gates.background import BackgroundGate, BackgroundGateSettings
from vedette.values.frame import Frame

ROOF = [[0.0, 0.0], [0.66, 0.0], [0.66, 0.45], [0.0, 0.45]]
"""Where a man stands and waves from the first frame on."""


def footage(path) -> Iterator[Frame]:
    with av.open(str(path)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            plane = picture.planes[0]
            luma = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[:, : picture.width]
            now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=picture.time)
            yield Frame("clip", number, now, picture.time, picture.width, picture.height, LumaPlanes(luma))


def watch(path, **settings):
    gate = BackgroundGate(BackgroundGateSettings(**settings))
    return [(frame.monotonic_seconds, gate.judge(frame)) for frame in footage(path)]


@pytest.fixture(scope="module")
def garden(person_clip):
    return watch(person_clip, masks=[ROOF])


@pytest.fixture(scope="module")
def cage(finch_clip):
    return watch(finch_clip)


def states(verdicts, since, until):
    return {verdict.is_open for second, verdict in verdicts if since <= second < until}


def test_leaves_in_the_wind_do_not_open_it_before_the_woman_steps_out_from_behind_the_tree(garden):
    assert states(garden, 0.0, 1.1) == {False}


def test_it_is_open_while_she_crosses_the_lawn(garden):
    assert states(garden, 1.4, 6.3) == {True}


def test_the_largest_box_follows_her(garden):
    walked = [
        (verdict.boxes[0].left + verdict.boxes[0].right) / 2
        for second, verdict in garden
        if 1.5 <= second < 3.5
    ]
    assert walked[0] == pytest.approx(0.84, abs=0.08)
    assert walked[-1] == pytest.approx(0.52, abs=0.08)


def test_it_stays_closed_while_the_finch_sits(cage):
    assert states(cage, 0.0, 6.0) == {False}
    assert states(cage, 11.3, 12.1) == {False}


def test_it_opens_when_the_finch_hops_and_when_it_flies(cage):
    assert states(cage, 6.3, 7.0) == {True}
    assert states(cage, 13.9, 14.1) == {True}
    assert states(cage, 16.5, 17.2) == {True}


def test_a_box_holds_the_finch_in_flight(cage):
    """It passes the middle, high above its perches, at 6.2 s."""
    (box,) = next(verdict.boxes for second, verdict in cage if second >= 6.19)
    assert box.left < 0.51 < box.right
    assert box.top < 0.51 < box.bottom
    assert box.area < 0.02
