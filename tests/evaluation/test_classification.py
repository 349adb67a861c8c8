from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.evaluation.classification import evaluate_answers

CLASSES = ("cat", "dog")
label = st.sampled_from(CLASSES)


def test_figures_by_hand():
    truths = ["cat", "cat", "cat", "dog", "dog", "fox"]
    answers = ["cat", "dog", "unknown", "dog", "dog", "cat"]
    best = ["cat", "dog", "cat", "dog", "dog", "cat"]
    evaluation = evaluate_answers(truths, answers, best, CLASSES)
    assert evaluation.accuracy == pytest.approx(3 / 5)
    assert evaluation.balanced_accuracy == pytest.approx((1 / 3 + 1) / 2)
    assert evaluation.accuracy_without_rejection == pytest.approx(4 / 5)
    assert evaluation.unknown_rate == pytest.approx(1 / 5)
    assert evaluation.strangers_rejected == 0
    cat = evaluation.per_class["cat"]
    assert (cat.support, cat.unknown) == (3, 1)
    assert cat.recall == pytest.approx(1 / 3)
    assert cat.precision == pytest.approx(1 / 2)
    assert cat.f1 == pytest.approx(0.4)
    assert evaluation.confusion == {
        "cat": {"cat": 1, "dog": 1, "unknown": 1},
        "dog": {"cat": 0, "dog": 2, "unknown": 0},
        "fox": {"cat": 1, "dog": 0, "unknown": 0},
    }


def test_what_is_undefined_is_none_and_not_nought():
    evaluation = evaluate_answers(["cat"], ["cat"], ["cat"], CLASSES)
    dog = evaluation.per_class["dog"]
    assert (dog.recall, dog.precision, dog.f1, dog.support) == (None, None, None, 0)
    assert evaluation.balanced_accuracy == 1
    assert evaluation.strangers_rejected is None
    only_strangers = evaluate_answers(["fox"], ["unknown"], ["cat"], CLASSES)
    assert only_strangers.accuracy is None
    assert only_strangers.balanced_accuracy is None
    assert only_strangers.unknown_rate is None
    assert only_strangers.strangers_rejected == 1


def test_several_strangers_do_not_shift_the_precisions():
    truths = ["cat", "dog", "fox", "owl", "elk"]
    answers = ["cat", "dog", "unknown", "unknown", "dog"]
    evaluation = evaluate_answers(truths, answers, ["cat", "dog", "cat", "cat", "dog"], CLASSES)
    assert evaluation.per_class["cat"].precision == 1
    assert evaluation.per_class["dog"].precision == 0.5
    assert evaluation.strangers_rejected == pytest.approx(2 / 3)


def test_an_answer_that_is_no_class_and_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="bird"):
        evaluate_answers(["cat"], ["bird"], ["cat"], CLASSES)
    with pytest.raises(ValueError, match="2 truths"):
        evaluate_answers(["cat", "dog"], ["cat"], ["cat"], CLASSES)


@given(st.lists(st.tuples(label, st.sampled_from([*CLASSES, "unknown"]), label), min_size=1))
def test_shares_are_consistent_with_the_confusion(rows):
    truths, answers, best = ([row[index] for row in rows] for index in range(3))
    evaluation = evaluate_answers(truths, answers, best, CLASSES)
    total = sum(sum(counts.values()) for counts in evaluation.confusion.values())
    right = sum(evaluation.confusion[each][each] for each in CLASSES)
    assert total == len(rows)
    assert evaluation.accuracy == pytest.approx(right / total)
    assert sum(each.support for each in evaluation.per_class.values()) == total
    assert 0 <= evaluation.balanced_accuracy <= 1
