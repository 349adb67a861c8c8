from __future__ import annotations

import pytest

from vedette.errors import UsageError
from vedette.teaching.examples import check_label


@pytest.mark.parametrize(
    "label",
    [
        "cat",
        "two words",
        "é",
        "\U0001f408",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u0645\u06cc\u200c\u062e\u0648",
        "constructor",
    ],
)
def test_a_class_is_called_what_one_can_read(label):
    assert check_label(label) == label


def test_letters_that_look_the_same_are_the_same():
    assert check_label("cafe\u0301") == check_label("caf\u00e9") == "caf\u00e9"


@pytest.mark.parametrize(
    "label",
    [
        "",
        " ",
        "a/b",
        "a\\b",
        ".hidden",
        " cat",
        "x" * 65,
        "a\nb",
        "\u200b",
        "\u200d",
        "\u202egnp.exe",
        "a\u2066b",
        "\ud800",
    ],
    ids=ascii,
)
def test_what_nobody_can_see_or_what_leads_elsewhere_names_no_class(label):
    with pytest.raises(UsageError, match="cannot name a class") as caught:
        check_label(label)
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("label", ["unknown", " Unknown "])
def test_unknown_is_no_class(label):
    with pytest.raises(UsageError, match="cannot be called"):
        check_label(label)
