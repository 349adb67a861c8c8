from __future__ import annotations

import numpy as np

from parts.taught_pictures import ColourEmbedder
from vedette.assembly.remembering_embedder import KEPT, Memory, RememberingEmbedder


class Counting(ColourEmbedder):
    asked = 0

    def embed(self, rgb):
        type(self).asked += 1
        return super().embed(rgb)


def pixels(number: int) -> np.ndarray:
    return np.full((16, 16, 3), [number % 256, number // 256, 7], np.uint8)


def test_the_same_pixels_are_embedded_once_also_by_a_network_that_was_loaded_anew():
    Counting.asked, memory = 0, Memory()
    first = RememberingEmbedder(Counting(), memory).embed(pixels(1))
    again = RememberingEmbedder(Counting(), memory).embed(pixels(1))
    assert np.array_equal(first, again)
    assert Counting.asked == 1


def test_another_network_has_another_memory():
    Counting.asked, memory = 0, Memory()
    RememberingEmbedder(Counting(), memory).embed(pixels(1))
    RememberingEmbedder(Counting(identity="colours | 2"), memory).embed(pixels(1))
    assert Counting.asked == 2


def test_what_was_not_asked_for_longest_is_forgotten():
    Counting.asked, memory = 0, Memory()
    embedder = RememberingEmbedder(Counting(), memory)
    for number in range(KEPT):
        embedder.embed(pixels(number))
    embedder.embed(pixels(0))
    embedder.embed(pixels(KEPT))
    assert len(memory) == KEPT
    Counting.asked = 0
    embedder.embed(pixels(0))
    embedder.embed(pixels(1))
    assert Counting.asked == 1
