from __future__ import annotations

import numpy as np
import pytest

from vedette.teaching.features import features_of
from vedette.teaching.similarity import Similarity


@pytest.fixture
def embeddings():
    rows = np.random.default_rng(0).standard_normal((60, 20)).astype(np.float32)
    return {f"picture {number}": row for number, row in enumerate(rows)}


def _check(seen, digests, embeddings):
    expected = features_of(np.stack([embeddings[digest] for digest in digests]))
    np.testing.assert_allclose(seen.features, expected, atol=1e-6)
    np.testing.assert_allclose(seen.cosines, expected @ expected.T, atol=1e-5)
    np.testing.assert_array_equal(seen.cosines, seen.cosines.T)


def test_whatever_changes_the_cosines_are_those_of_the_pictures_in_their_order(embeddings):
    names = list(embeddings)
    similarity = Similarity("plain")
    changes = [
        names[:20],
        names[:21],
        names[:40],
        names[:40],
        names[:10] + names[11:40],
        names[5:40] + names[45:50],
        names[30:40],
        names[40:60],
        names[::-1],
    ]
    for digests in changes:
        _check(similarity.of(digests, embeddings), digests, embeddings)


def test_known_pictures_are_not_looked_at_again(embeddings):
    names = list(embeddings)
    similarity = Similarity("plain")
    similarity.of(names[:30], embeddings)
    only_the_new = {names[30]: embeddings[names[30]]}
    _check(similarity.of(names[:31], only_the_new), names[:31], embeddings)
    _check(similarity.of(names[1:31], {}), names[1:31], embeddings)


def test_what_was_handed_out_stays_as_it_is(embeddings):
    names = list(embeddings)
    similarity = Similarity("plain")
    before = similarity.of(names[:30], embeddings)
    features, cosines = before.features.copy(), before.cosines.copy()
    similarity.of(names[:33], embeddings)
    similarity.of(names[:20] + names[40:45], embeddings)
    similarity.of(names[:20] + names[45:60], embeddings)
    np.testing.assert_array_equal(before.features, features)
    np.testing.assert_array_equal(before.cosines, cosines)


def test_after_forgetting_the_embeddings_may_have_changed(embeddings):
    names = list(embeddings)
    similarity = Similarity("plain")
    similarity.of(names[:10], embeddings)
    similarity.forget()
    others = {name: -row[::-1] for name, row in embeddings.items()}
    _check(similarity.of(names[:10], others), names[:10], others)
