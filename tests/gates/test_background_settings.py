import pytest
from pydantic import ValidationError

from vedette.gates.background_settings import BackgroundGateSettings


def test_masks_are_lists_of_corners():
    settings = BackgroundGateSettings.model_validate({"masks": [[[0, 0], [1, 0.5], [0.25, 1]]]})
    assert settings.masks == (((0.0, 0.0), (1.0, 0.5), (0.25, 1.0)),)
    assert BackgroundGateSettings.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        ([[[0, 0], [1, 1]]], "mask 1: a polygon needs at least 3 corners"),
        (
            [[[0, 0], [1, 0], [1, 1]], [[0, 0], [640, 0], [640, 360]]],
            "mask 2: polygon corners must lie in 0..1",
        ),
        ([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], r"mask 1 must be a list of at least three \[x, y\] pairs"),
        ([[[0, 0, 0], [1, 0, 0], [1, 1, 0]]], "mask 1"),
        ([["left", "top", "right"]], "mask 1"),
        ([None], "mask 1 must be a list"),
        (0.5, "masks must be a list of polygons"),
        ("sky", "masks must be a list of polygons"),
    ],
    ids=["two corners", "pixels", "one polygon", "three numbers", "words", "nothing", "a number", "a name"],
)
def test_a_mask_that_is_none_gets_a_sentence(masks, sentence):
    with pytest.raises(ValidationError, match=sentence) as caught:
        BackgroundGateSettings.model_validate({"masks": masks})
    assert caught.value.error_count() == 1


@pytest.mark.parametrize("name", ["minimum_area", "adapt_seconds", "absorb_seconds", "contrast"])
def test_nothing_of_what_must_be_positive_may_be_zero(name):
    with pytest.raises(ValidationError, match="greater than"):
        BackgroundGateSettings.model_validate({name: 0})
