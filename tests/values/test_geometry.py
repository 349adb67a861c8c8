import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vedette.values.geometry import WHOLE_FRAME, Box, Polygon

shares = st.floats(0.0, 1.0)
sizes = st.integers(1, 60)


@st.composite
def boxes(draw):
    left, right = sorted((draw(shares), draw(shares)))
    top, bottom = sorted((draw(shares), draw(shares)))
    assume(left < right and top < bottom)
    return Box(left, top, right, bottom)


polygons = st.builds(Polygon, st.lists(st.tuples(shares, shares), min_size=3, max_size=8).map(tuple))


@given(boxes(), boxes())
def test_overlap_is_a_share_and_the_same_from_both_sides(one, other):
    assert 0.0 <= one.intersection_over_union(other) <= 1.0 + 1e-9
    assert one.intersection_over_union(other) == pytest.approx(other.intersection_over_union(one))


@given(boxes())
def test_a_box_overlaps_itself_in_full(box):
    assume(box.area > 1e-12)
    assert box.intersection_over_union(box) == pytest.approx(1.0)


@given(st.floats(0.05, 0.45), st.floats(0.55, 0.95), boxes())
def test_disjoint_boxes_do_not_overlap(end, start, box):
    before = Box(0.0, box.top, end, box.bottom)
    after = Box(start, box.top, 1.0, box.bottom)
    assert before.intersection_over_union(after) == 0.0


@given(boxes())
def test_overlap_with_the_whole_frame_is_the_area(box):
    assert box.intersection_over_union(WHOLE_FRAME) == pytest.approx(box.area)


def holds(outer, inner):
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and outer.right >= inner.right
        and outer.bottom >= inner.bottom
    )


@given(boxes(), boxes())
def test_the_enclosing_box_is_the_smallest_that_holds_both(one, other):
    both = one.enclosing(other)
    assert holds(both, one)
    assert holds(both, other)
    assert both == other.enclosing(one)
    assert {both.left, both.right} <= {one.left, one.right, other.left, other.right}
    assert {both.top, both.bottom} <= {one.top, one.bottom, other.top, other.bottom}


@given(boxes(), sizes, sizes)
def test_a_box_in_pixels_is_never_empty_and_holds_the_box(box, width, height):
    left, top, right, bottom = box.to_pixels(width, height)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert left <= box.left * width
    assert right >= box.right * width - 1e-9
    assert top <= box.top * height
    assert bottom >= box.bottom * height - 1e-9


@given(boxes(), sizes, sizes)
def test_a_box_in_pixels_is_less_than_a_pixel_too_large(box, width, height):
    left, top, right, bottom = box.to_pixels(width, height)
    assert left > box.left * width - 1 - 1e-9
    assert top > box.top * height - 1 - 1e-9
    assert right < box.right * width + 1 + 1e-9
    assert bottom < box.bottom * height + 1 + 1e-9


@given(boxes(), boxes(), sizes, sizes)
def test_a_larger_box_has_no_fewer_pixels(one, other, width, height):
    inner, outer = one.to_pixels(width, height), one.enclosing(other).to_pixels(width, height)
    assert outer[0] <= inner[0]
    assert outer[1] <= inner[1]
    assert outer[2] >= inner[2]
    assert outer[3] >= inner[3]


@pytest.mark.parametrize(
    "edges",
    [
        (-0.1, 0, 1, 1),
        (0, 0, 1.1, 1),
        (0.5, 0, 0.5, 1),
        (0, 0.6, 1, 0.5),
        (math.nan, 0, 1, 1),
        (0, 0, math.inf, 1),
    ],
    ids=["left of the frame", "right of the frame", "no width", "upside down", "not a number", "infinite"],
)
def test_what_is_no_box_is_refused(edges):
    with pytest.raises(ValueError, match="box"):
        Box(*edges)


def is_inside(corners, x, y):
    """Even-odd rule, one point at a time: edges crossed on the way to the right."""
    crossed = 0
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (y1 <= y < y2 or y2 <= y < y1) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            crossed += 1
    return crossed % 2 == 1


def edge_distance(corners, x, y):
    """To the nearest edge, along x, on the line at y; infinite where none crosses it."""
    nearest = math.inf
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        if y1 != y2 and min(y1, y2) <= y <= max(y1, y2):
            nearest = min(nearest, abs(x - (x1 + (y - y1) * (x2 - x1) / (y2 - y1))))
    return nearest


@given(polygons, st.integers(1, 24), st.integers(1, 24))
def test_a_raster_agrees_with_asking_point_by_point(polygon, width, height):
    raster = polygon.raster(width, height)
    assert raster.shape == (height, width)
    for line in range(height):
        for column in range(width):
            x, y = (column + 0.5) / width, (line + 0.5) / height
            if edge_distance(polygon.corners, x, y) > 1e-9:
                assert raster[line, column] == is_inside(polygon.corners, x, y)


@given(polygons, sizes, sizes)
def test_a_raster_does_not_depend_on_where_the_corners_begin_or_which_way_they_go(polygon, width, height):
    turned = Polygon(polygon.corners[1:] + polygon.corners[:1])
    assert np.array_equal(turned.raster(width, height), polygon.raster(width, height))


@given(boxes())
def test_the_raster_of_a_box_covers_its_area(box):
    corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    covered = Polygon(corners).raster(200, 200).mean()
    assert covered == pytest.approx(box.area, abs=2 / 200)


@pytest.mark.parametrize(
    "corners",
    [((0, 0), (1, 1)), ((0, 0), (1, 0), (1, 1.1)), ((0, 0), (1, 0), (math.nan, 1))],
    ids=["two corners", "outside", "not a number"],
)
def test_what_is_no_polygon_is_refused(corners):
    with pytest.raises(ValueError, match="polygon"):
        Polygon(corners)
