from __future__ import annotations

import numpy as np
import pytest

from vedette.errors import BackendError
from vedette.inference.fake import FakeBackend, FakeEmbedder
from vedette.inference.protocol import TensorSpec
from vedette.pixels.planes import resized


def test_a_fake_embedding_is_the_same_each_time_and_another_with_another_seed(pictures):
    picture = resized(pictures["chelsea"], (32, 32))
    embedding = FakeEmbedder().embed(picture)
    assert (embedding.shape, embedding.dtype) == ((64,), np.float32)
    np.testing.assert_array_equal(embedding, FakeEmbedder().embed(picture))
    assert not np.allclose(embedding, FakeEmbedder(seed=2).embed(picture))
    assert FakeEmbedder().identity != FakeEmbedder(seed=2).identity


def test_alike_pictures_lie_closer_together_than_others(pictures):
    embedder = FakeEmbedder()
    cat, coffee = (resized(pictures[name], (32, 32)) for name in ("chelsea", "coffee"))
    darker = (cat * 0.95).astype(np.uint8)
    near = np.linalg.norm(embedder.embed(cat) - embedder.embed(darker))
    assert near < np.linalg.norm(embedder.embed(cat) - embedder.embed(coffee)) / 2


def test_a_fake_refuses_what_a_real_one_refuses():
    with pytest.raises(BackendError, match="32 x 32"):
        FakeEmbedder().embed(np.zeros((16, 16, 3), np.uint8))
    spec = TensorSpec("x", (1, 2), np.dtype(np.float32))
    backend = FakeBackend([spec], [spec], lambda tensors: [tensors[0]])
    ones = np.ones((1, 2), np.float32)
    assert not np.shares_memory(backend.run([ones])[0], ones)
    with pytest.raises(BackendError, match="takes float32"):
        backend.run([ones.astype(np.float64)])
    backend.close()
    with pytest.raises(BackendError, match="closed"):
        backend.run([ones])
