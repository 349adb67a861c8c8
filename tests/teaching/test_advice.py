from __future__ import annotations

import numpy as np
import pytest

from parts.taught_pictures import ColourEmbedder, clusters_on_sphere, jpeg, noon
from vedette.teaching.advice import GOOD, Counted, advise, counted, lights_by_label
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.learning_curve import Curve
from vedette.teaching.light import Light
from vedette.teaching.manifest import Origin
from vedette.teaching.report import class_scores
from vedette.teaching.session import TeachingSession
from vedette.teaching.teach import teach

BY_DAY = {"bright": 20, "colour": 20}
RISING = Curve((6, 12), (0.6, 0.8))
FLAT = Curve((10, 20), (0.7, 0.7))


def known(label="mouse", have=20, recall=0.97, **more):
    return Counted(label, have, more.pop("different", have), recall, **more)


def of(advice, label="mouse"):
    return next(each for each in advice.classes if each.label == label)


def test_enough_of_everything_is_said_with_the_score():
    advice = advise([known("cat"), known("mouse", recall=0.95)])
    assert advice.is_enough
    assert advice.sentence == "That is enough: every class is recognised in at least 95% of its pictures."
    assert {(each.verdict, each.wanted - each.have) for each in advice.classes} == {("enough", 0)}


@pytest.mark.parametrize(
    ("mouse", "now", "sentence"),
    [
        (known(have=3), None, "5 more of `mouse`."),
        (known(have=12, different=2), None, "6 more different pictures of `mouse`."),
        (known(lights={"bright": 20}), Light(20, 30), "4 more of `mouse` in the dark and in colour."),
        (known(lights={"bright": 17, "dark": 3}), Light(20, 30), "4 more of `mouse`, 1 of them in the dark"),
        (
            known(have=12, recall=0.8, curve=RISING, confused_with="cat"),
            None,
            "12 more of `mouse`, 20% are taken for `cat`: more have helped so far (from 60% right to 80%).",
        ),
        (
            known(have=12, recall=0.8, curve=RISING, lights={"bright": 8, "colour": 12}),
            Light(9, 30),
            "in the dark",
        ),
        (
            known(recall=0.7, curve=FLAT, confused_with="cat"),
            None,
            "30% of `mouse` are taken for `cat`, and more of the same will hardly help",
        ),
    ],
    ids=["few", "one picture many times", "dark", "colour", "rising", "rising, in the dark", "mixed up"],
)
def test_what_is_missing_is_counted_and_the_light_named(mouse, now, sentence):
    advice = advise([known("cat"), mouse], now)
    assert not advice.is_enough
    assert sentence in of(advice).sentence
    assert of(advice).sentence in advice.sentence


def test_a_class_without_pictures_in_a_light_that_others_have_wants_some():
    cat = known("cat", lights={"bright": 10, "colour": 10, "dark": 10, "infrared": 10})
    advice = of(advise([cat, known(lights=BY_DAY)]))
    assert advice.verdict == "more"
    assert [(each.name, each.have, each.wanted) for each in advice.conditions] == [
        ("dark", 0, 4),
        ("infrared", 0, 4),
    ]
    assert advice.sentence == "4 more of `mouse` in the dark and by infrared."
    assert of(advise([known("cat", lights=BY_DAY), known(lights=BY_DAY)])).conditions == ()


@pytest.mark.parametrize("now", [None, Light(126, 23)], ids=["no camera", "by day"])
def test_no_more_of_a_light_is_asked_for_that_nearly_all_pictures_have(now):
    few = known("background", have=3, different=1, lights={"bright": 3, "colour": 3})
    person = known("person", have=5, lights={"bright": 5, "colour": 5})
    advice = of(advise([few, person], now), "background")
    assert advice.conditions == ()
    assert advice.sentence == "7 more different pictures of `background`."
    half = known("background", have=3, lights={"bright": 2, "dark": 1, "colour": 3})
    assert of(advise([half, person], now), "background").conditions == ()


def test_no_light_is_asked_for_that_neither_other_classes_nor_the_camera_have():
    asked = advise(
        [known("cat", lights=BY_DAY), known(have=3, lights={"bright": 3, "colour": 3})], Light(126, 23)
    )
    assert all(each.conditions == () for each in asked.classes)


def test_the_classes_are_to_be_balanced_within_reason():
    assert of(advise([known("cat", have=45), known(have=9)])).wanted == 15
    assert of(advise([known("cat", have=4000), known(have=9)])).wanted == 20


def test_with_less_than_two_classes_one_more_is_needed():
    assert advise([]).sentence.startswith("Two classes are needed")
    advice = advise([known("cat", have=3, recall=None)])
    assert advice.sentence == "One more class is needed: only `cat` has pictures."
    assert advice.classes[0].sentence == "5 more of `cat`."


@pytest.mark.parametrize("spread", [0.3, 1.5, 2.5, 4])
@pytest.mark.parametrize("sizes", [[3, 3], [9, 9], [20, 8], [40, 40]], ids=str)
def test_the_advice_never_contradicts_the_scores(sizes, spread):
    features, labels = clusters_on_sphere(np.random.default_rng(1), sizes, 60, spread)
    taught = teach(features, labels, ("a", "b"))
    scores = class_scores(taught, ("a", "b"))
    for each in advise(counted(taught, scores, {})).classes:
        score = scores[each.label]
        assert each.recall == score.recall
        assert each.have == score.pictures
        if each.verdict == "enough":
            assert score.recall >= GOOD
        if each.verdict == "mixed up":
            assert score.recall < GOOD


def test_what_a_teaching_knows_is_counted(tmp_path):
    with TeachingSession(ClassifierFolder(tmp_path, "door"), ColourEmbedder(), Origin(), noon) as session:
        for label in ("cat", "mouse"):
            for seed in range(9):
                session.add(jpeg(label, seed), f"{label} {seed}", label)
        report = session.teach()
    labels = {each.digest: each.label for each in session.examples}
    lights = lights_by_label(labels, dict.fromkeys(labels, Light(30, 2)) | {"else": Light(1, 1)})
    assert lights["cat"] == {"dark": 9, "infrared": 9}
    found = counted(session.taught, report.scores, lights)
    assert [(each.label, each.have, each.lights["dark"]) for each in found] == [
        ("cat", 9, 9),
        ("mouse", 9, 9),
    ]
