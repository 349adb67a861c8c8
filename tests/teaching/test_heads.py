"""Closed forms against refitting, which is slow and plainly right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parts.taught_pictures import clusters_on_sphere
from vedette.errors import UsageError
from vedette.teaching.heads.automatic import choose_head
from vedette.teaching.heads.centring import CentredView, centred_rows, centred_shares
from vedette.teaching.heads.imprint import Imprint
from vedette.teaching.heads.inversion import Inverse
from vedette.teaching.heads.kmeans import spherical_k_means
from vedette.teaching.heads.proxies import Looks, Proxies
from vedette.teaching.heads.ridge import Ridge
from vedette.teaching.lesson import Lesson

lessons = st.tuples(
    st.integers(0, 2**32 - 1), st.lists(st.integers(2, 12), min_size=2, max_size=4), st.booleans()
)


def _lesson(seed, sizes, with_groups):
    random = np.random.default_rng(seed)
    features, labels = clusters_on_sphere(random, sizes)
    groups = np.arange(len(labels))
    if with_groups:
        for label in range(len(sizes)):
            rows = np.flatnonzero(labels == label)
            if len(rows) > 3:
                groups[rows[:2]] = rows[0]
                groups[rows[2 : len(rows) // 2 + 1]] = rows[2]
    return Lesson.of(features, labels, groups)


def _refitted_ridge(lesson, penalty, row):
    """Scores of `row` by ridge with an intercept, in the primal, without its group; the centre is kept."""
    features = centred_rows(lesson.features, lesson.features.mean(axis=0)).astype(np.float64)
    kept = lesson.groups != lesson.groups[row]
    targets = np.eye(lesson.class_count)[lesson.labels[kept]]
    own = features[kept]
    middle, level = own.mean(axis=0), targets.mean(axis=0)
    gram = (own - middle).T @ (own - middle) + penalty * np.eye(own.shape[1])
    weights = np.linalg.solve(gram, (own - middle).T @ (targets - level))
    return (features[row] - middle) @ weights + level


@given(lessons, st.sampled_from([0.03, 0.3, 3.0]))
@settings(max_examples=25, deadline=None)
def test_ridge_leave_one_out_equals_refitting_without_the_example_and_its_group(given_lesson, penalty):
    seed, sizes, with_groups = given_lesson
    lesson = _lesson(seed, sizes, with_groups)
    fit = Ridge((penalty,)).fit(lesson)
    refitted = np.array([_refitted_ridge(lesson, penalty, row) for row in range(len(lesson.labels))])
    shift = fit.leave_one_out - refitted
    # The offset that evens unequal classes is one number a class; equal classes have none.
    np.testing.assert_allclose(shift, np.broadcast_to(shift.mean(axis=0), shift.shape), atol=2e-3)
    if len(set(sizes)) == 1:
        np.testing.assert_allclose(shift, 0, atol=2e-3)


def test_ridge_leave_one_out_holds_beyond_the_block_of_the_inverse():
    lesson = _lesson(3, [120, 120], with_groups=True)
    fit = Ridge((0.1,)).fit(lesson)
    for row in (0, 1, 100, 239):
        np.testing.assert_allclose(fit.leave_one_out[row], _refitted_ridge(lesson, 0.1, row), atol=1e-2)


def test_ridge_scores_of_its_examples_are_those_of_the_primal_solution():
    lesson = _lesson(5, [9, 9, 9], with_groups=False)
    head = Ridge((0.3,)).fit(lesson).head(lesson.features)
    features = centred_rows(lesson.features, lesson.features.mean(axis=0)).astype(np.float64)
    targets = lesson.one_hot()
    middle, level = features.mean(axis=0), targets.mean(axis=0)
    gram = (features - middle).T @ (features - middle) + 0.3 * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, (features - middle).T @ (targets - level))
    expected = (features - middle) @ weights + level
    np.testing.assert_allclose(head.scores(lesson.features), expected, atol=1e-3)


def test_keeping_the_left_out_example_in_the_centre_moves_scores_little():
    lesson = _lesson(11, [15, 15], with_groups=False)
    left_out = Ridge((0.3,)).fit(lesson).leave_one_out
    for row in range(0, 30, 5):
        kept = np.arange(30) != row
        again = Lesson.of(lesson.features[kept], lesson.labels[kept])
        head = Ridge((0.3,)).fit(again).head(again.features)
        shift = _size_shift(again)
        scores = head.scores(lesson.features[row : row + 1])[0] + shift
        np.testing.assert_allclose(scores, left_out[row], atol=0.05)


def _size_shift(lesson):
    """What `Ridge` took off for unequal classes, to compare without it."""
    fit = Ridge((0.3,)).fit(lesson)
    return _refitted_ridge(lesson, 0.3, 0) - fit.leave_one_out[0]


def test_ridge_recognises_a_class_of_few_among_many():
    random = np.random.default_rng(1)
    features, labels = clusters_on_sphere(random, [240, 240], spread=2.2)
    is_taught = np.zeros(480, dtype=bool)
    is_taught[np.flatnonzero(labels == 0)[:60]] = True
    is_taught[np.flatnonzero(labels == 1)[:6]] = True
    lesson = Lesson.of(features[is_taught], labels[is_taught])
    head = Ridge().fit(lesson).head(lesson.features)
    answers = head.scores(features[~is_taught]).argmax(axis=1)
    recalls = [(answers[labels[~is_taught] == label] == label).mean() for label in (0, 1)]
    assert min(recalls) > 0.6
    assert abs(recalls[0] - recalls[1]) < 0.25


def _refitted_imprint(lesson, row):
    kept = lesson.groups != lesson.groups[row]
    means = [
        lesson.features[kept & (lesson.labels == label)].sum(axis=0) for label in range(lesson.class_count)
    ]
    return [
        mean @ lesson.features[row] / np.linalg.norm(mean) if np.linalg.norm(mean) > 0 else -1.0
        for mean in means
    ]


@given(lessons)
@settings(max_examples=25, deadline=None)
def test_imprint_leave_one_out_equals_refitting(given_lesson):
    lesson = _lesson(*given_lesson)
    left_out = Imprint().fit(lesson).leave_one_out
    refitted = [_refitted_imprint(lesson, row) for row in range(len(lesson.labels))]
    np.testing.assert_allclose(left_out, refitted, atol=1e-4)


def test_imprint_of_a_class_does_not_change_by_a_bit_when_another_class_does():
    lesson = _lesson(2, [7, 9], with_groups=False)
    before = Imprint().fit(lesson).head(lesson.features).weights[0]
    kept = (lesson.labels == 0) | (np.arange(16) % 3 == 0)
    rest = Lesson.of(lesson.features[kept], lesson.labels[kept])
    after = Imprint().fit(rest).head(rest.features).weights[0]
    assert before.tobytes() == after.tobytes()


def _two_looks(random, count):
    """A class with two looks on either side of another class."""
    directions = np.eye(30)[:3]
    which = np.arange(3 * count) % 3
    rows = directions[which] + 0.6 * directions[1] * (which != 1)[:, None]
    rows = rows - 2 * directions[0] * (which == 2)[:, None] + 0.12 * random.standard_normal((3 * count, 30))
    features = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return features, (which == 1).astype(np.int64)


def test_proxies_hold_a_class_of_several_looks_that_one_mean_cannot():
    features, labels = _two_looks(np.random.default_rng(0), 16)
    lesson = Lesson.of(features, labels)
    looks = Looks.of(lesson, np.random.default_rng(0))
    right = {
        kind.name: (kind.fit(lesson).leave_one_out.argmax(axis=1) == labels).mean()
        for kind in (Imprint(), Proxies(looks))
    }
    assert right["proxies"] > right["imprint"]
    assert right["proxies"] > 0.95


def test_proxies_keep_near_duplicates_in_one_look():
    lesson = _lesson(4, [12, 12], with_groups=True)
    looks = Looks.of(lesson, np.random.default_rng(0))
    for group in np.unique(lesson.groups):
        assert len(set(looks.clusters[lesson.groups == group])) == 1
    assert list(looks.owners) == sorted(looks.owners)


def test_proxies_of_few_examples_are_imprint():
    lesson = _lesson(4, [5, 6], with_groups=False)
    fit = Proxies(Looks.of(lesson, np.random.default_rng(0))).fit(lesson)
    ours, theirs = (each.head(lesson.features).weights for each in (fit, Imprint().fit(lesson)))
    np.testing.assert_array_equal(ours, theirs)


@given(st.integers(0, 10**6), st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_k_means_gives_no_empty_cluster_and_is_the_same_for_the_same_seed(seed, count):
    features, _ = clusters_on_sphere(np.random.default_rng(seed), [10, 10])
    cosines = features @ features.T
    clusters, again = (spherical_k_means(cosines, count, np.random.default_rng(seed)) for _ in range(2))
    assert np.array_equal(clusters, again)
    assert set(clusters) == set(range(clusters.max() + 1))
    assert clusters.max() < count


def test_k_means_of_equal_pictures_is_one_cluster():
    assert set(spherical_k_means(np.ones((5, 5), np.float32), 3, np.random.default_rng(0))) == {0}


@pytest.mark.parametrize("size", [2, 3, 64, 65, 129, 300])
def test_the_inverse_by_halves_is_the_inverse(size):
    random = np.random.default_rng(size)
    rows = random.standard_normal((size, size + 20)).astype(np.float32)
    matrix = rows @ rows.T / size + 0.1 * np.eye(size, dtype=np.float32)
    expected = np.linalg.inv(matrix.astype(np.float64))
    inverse = Inverse.of(matrix)
    tolerance = 1e-3 * np.abs(expected).max()
    np.testing.assert_allclose(inverse.diagonal, np.diagonal(expected), atol=tolerance)
    np.testing.assert_allclose(inverse.times(rows[:, :3]), expected @ rows[:, :3], atol=tolerance * size)
    rows = np.array([[0, size - 1], [size // 2, 0]])
    blocks = [expected[np.ix_(each, each)] for each in rows]
    np.testing.assert_allclose(inverse.blocks(rows), blocks, atol=tolerance)


@pytest.mark.parametrize("rank", [1, 12])
def test_the_inverse_holds_where_pictures_are_much_alike(rank):
    rows = np.random.default_rng(rank).standard_normal((400, rank)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    matrix = rows @ rows.T + 0.03 * np.eye(400, dtype=np.float32)
    expected = np.linalg.inv(matrix.astype(np.float64))
    np.testing.assert_allclose(Inverse.of(matrix).diagonal, np.diagonal(expected), rtol=1e-3)


def test_a_thousand_frames_of_a_dull_scene_are_taught_without_losing_the_numbers():
    random = np.random.default_rng(0)
    labels = np.arange(1000) % 2
    rows = np.ones((1000, 30)) + 0.1 * random.standard_normal((1000, 3)) @ random.standard_normal((3, 30))
    rows[:, 0] += labels
    features = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    fit = Ridge().fit(Lesson.of(features, labels))
    assert (fit.leave_one_out.argmax(axis=1) == labels).mean() > 0.99
    assert np.abs(fit.leave_one_out).max() < 10


def test_the_centred_view_is_the_cosines_of_centred_rows():
    random = np.random.default_rng(0)
    features, _ = clusters_on_sphere(random, [8, 9])
    columns = random.standard_normal((17, 3)).astype(np.float32)
    for share in (0.5, 1.0):
        moved = features - share * features.mean(axis=0)
        rows = centred_rows(features, share * features.mean(axis=0))
        view = CentredView.of(features @ features.T, share)
        np.testing.assert_allclose(view.radii, np.linalg.norm(moved, axis=1), atol=1e-4)
        np.testing.assert_allclose(view.whole(), rows @ rows.T, atol=1e-4)
        np.testing.assert_allclose(view.times(columns), rows @ rows.T @ columns, atol=1e-3)
        np.testing.assert_allclose(
            view.at(np.array([0, 3]), np.array([5, 3])), [rows[0] @ rows[5], 1], atol=1e-4
        )
        shares = centred_shares(columns.T, view.radii, share)
        np.testing.assert_allclose(shares @ features, columns.T @ rows, atol=1e-3)


def test_auto_takes_ridge_unless_another_head_is_clearly_better_and_says_so():
    features, labels = clusters_on_sphere(np.random.default_rng(0), [20, 20])
    lesson = Lesson.of(features, labels)
    choice = choose_head(lesson, Looks.of(lesson, np.random.default_rng(0)))
    assert choice.taken is choice.tried["ridge"]
    assert choice.reason.startswith("ridge: nothing is clearly better by leave-one-out")
    assert set(choice.tried) == {"ridge", "imprint", "proxies"}


def test_auto_takes_proxies_where_looks_cannot_be_told_apart_by_a_plane():
    random = np.random.default_rng(5)
    directions = np.linalg.qr(random.standard_normal((8, 8)))[0][:3]
    # Four looks of each class at alternating corners of a cube: parity, which no plane splits.
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    which = np.arange(160) % 8
    rows = corners[which] @ directions + 0.25 * random.standard_normal((160, 8))
    features = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    lesson = Lesson.of(features, (corners[which].prod(axis=1) > 0).astype(np.int64))
    choice = choose_head(lesson, Looks.of(lesson, np.random.default_rng(0)))
    assert choice.taken is choice.tried["proxies"]
    assert choice.reason.startswith("proxies: clearly better than ridge")
    assert choice.taken.balanced_accuracy > choice.tried["ridge"].balanced_accuracy + 0.2


def test_a_head_that_does_not_exist_is_refused_with_those_that_do():
    lesson = _lesson(0, [3, 3], with_groups=False)
    with pytest.raises(UsageError, match=r"no head `forest`.*imprint"):
        choose_head(lesson, Looks.of(lesson, np.random.default_rng(0)), "forest")
