from __future__ import annotations

import json

import pytest

from parts.command_line import run_command, run_json
from parts.taught_pictures import jpeg, write_collection
from vedette.cli.classify import classify
from vedette.cli.evaluate import evaluate
from vedette.cli.teach import teach
from vedette.errors import PictureError, StaleClassifierError, TeachingError, UsageError
from vedette.folders import classifiers_folder

pytestmark = pytest.mark.usefixtures("lite0_int8")


@pytest.fixture
def pictures(tmp_path):
    return write_collection(tmp_path / "pictures", {"cat": 7, "dog": 6})


def test_teach_prints_scores_head_rejection_and_what_would_help(pictures):
    text = " ".join(run_command(teach, "door", pictures).split())
    for part in (
        "added 7 of `cat`",
        "recall",
        "head:",
        "turned away",
        "enough?",
        "embedded 13 pictures",
        "taught in",
    ):
        assert part in text


def test_teach_json_holds_the_report(pictures):
    report = run_json(teach, "door", pictures)
    assert report["scores"]["cat"]["pictures"] == 7
    assert [each["label"] for each in report["advice"]["classes"]] == ["cat", "dog"]
    assert 0 <= report["false_reject_rate"] <= 1
    assert report["head"] in report["tried"]


def test_teaching_again_adds_what_is_new_and_says_what_was_there(pictures):
    run_command(teach, "door", pictures)
    write_collection(pictures, {"mouse": 6})
    text = " ".join(run_command(teach, "door", pictures).split())
    assert "door: added 6 of `mouse`." in text
    assert "`cat`: 7 of 7 pictures were there already" in text
    assert run_json(teach, "door", pictures, "--replace")["change"].startswith("started anew; added 7")


def test_remove_undo_and_redo(pictures):
    run_command(teach, "door", pictures)
    assert run_json(teach, "door", "--remove", "cat/003.jpg")["scores"]["cat"]["pictures"] == 6
    assert "Undone: removed cat/003.jpg" in run_command(teach, "door", "--undo")
    assert "Redone: removed cat/003.jpg" in run_command(teach, "door", "--redo")
    with pytest.raises(TeachingError, match="no change to redo"):
        run_command(teach, "door", "--redo")


def test_an_unreadable_picture_is_named_and_a_class_of_nothing_else_is_refused(pictures):
    (pictures / "cat" / "broken.jpg").write_bytes(jpeg("cat", 1)[:200])
    assert "broken.jpg" in " ".join(run_json(teach, "door", pictures)["remarks"])
    (pictures / "owl").mkdir()
    (pictures / "owl" / "text.jpg").write_bytes(b"text")
    with pytest.raises(TeachingError, match="owl: none of its 1 pictures"):
        run_command(teach, "gate", pictures)
    assert not (classifiers_folder() / "gate" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("../up", "{pictures}"), UsageError, "cannot name a classifier"),
        (("door", "{pictures}", "--region", "0.5,0,0.2,1"), UsageError, "--region"),
        (("door", "{pictures}", "--region", "left"), UsageError, "left,top,right,bottom"),
        (("door", "{pictures}", "--head", "forest"), UsageError, "no head `forest`"),
        (("door", "{pictures}/nowhere"), UsageError, "nowhere"),
        (("door",), TeachingError, "vedette teach door FOLDER"),
        (("door", "--undo"), TeachingError, "no classifier `door`"),
    ],
    ids=[
        "traversal",
        "empty region",
        "words as region",
        "head",
        "folder",
        "nothing to add to",
        "nothing to undo",
    ],
)
def test_what_cannot_be_is_a_sentence(pictures, arguments, error, said):
    with pytest.raises(error) as raised:
        run_command(teach, *(argument.format(pictures=pictures) for argument in arguments))
    assert said in str(raised.value)


def test_a_class_called_unknown_and_a_single_class_are_refused(tmp_path):
    folder = write_collection(tmp_path / "a", {"cat": 2, "dog": 2})
    (folder / "dog").rename(folder / "unknown")
    with pytest.raises(UsageError, match="cannot be called `unknown`"):
        run_command(teach, "door", folder)
    with pytest.raises(TeachingError, match="Only the class `cat`"):
        run_command(teach, "door", write_collection(tmp_path / "b", {"cat": 2}))


def test_a_taught_classifier_with_nothing_asked_says_what_could_be(pictures):
    run_command(teach, "door", pictures)
    with pytest.raises(UsageError, match="nothing to do"):
        run_command(teach, "door")


def test_another_engine_is_refused_until_asked_to_embed_again(pictures):
    pytest.importorskip("openvino")
    run_command(teach, "door", pictures)
    with pytest.raises(StaleClassifierError, match="--embed-again"):
        run_command(teach, "door", pictures, "--engine", "openvino")
    report = run_json(teach, "door", "--engine", "openvino", "--embed-again")
    assert report["embedded"] == 13
    assert run_json(classify, "door", pictures / "cat" / "000.jpg")["label"] == "cat"


def test_classify_prints_one_object_a_picture_with_the_time_of_each_stage(pictures):
    run_command(teach, "door", pictures)
    paths = (pictures / "cat" / "000.jpg", pictures / "dog" / "000.jpg")
    lines = [json.loads(line) for line in run_command(classify, "door", *paths, "--json").splitlines()]
    assert [line["label"] for line in lines] == ["cat", "dog"]
    for line in lines:
        assert list(line["milliseconds"]) == ["read", "resize", "embed", "head"]
        assert sum(line["confidences"].values()) == pytest.approx(1, abs=1e-3)
    text = run_command(classify, "door", paths[0])
    assert "cat" in text
    assert "embed" in text


def test_classify_goes_on_after_a_picture_that_cannot_be_read(pictures, tmp_path):
    run_command(teach, "door", pictures)
    (tmp_path / "no.jpg").write_bytes(b"text")
    with pytest.raises(PictureError, match=r"no.jpg: not a picture[^|]*gone.jpg: no such file"):
        run_command(
            classify, "door", tmp_path / "no.jpg", pictures / "cat" / "000.jpg", tmp_path / "gone.jpg"
        )


def test_evaluate_json_has_the_keys_that_were_promised(pictures, tmp_path):
    run_command(teach, "door", pictures)
    others = write_collection(tmp_path / "others", {"cat": 4, "dog": 3, "mouse": 2}, first_seed=50)
    evaluation = run_json(evaluate, "door", others)
    assert {"accuracy", "balanced_accuracy", "per_class", "confusion", "unknown_rate"} <= set(evaluation)
    assert evaluation["per_class"]["cat"]["support"] == 4
    assert sum(evaluation["confusion"]["mouse"].values()) == 2
    assert list(evaluation["confusion"]["cat"]) == ["cat", "dog", "unknown"]


def test_evaluate_prints_tables_and_passes_over_what_is_unreadable(pictures, tmp_path):
    run_command(teach, "door", pictures)
    others = write_collection(tmp_path / "others", {"cat": 2, "mouse": 1}, first_seed=50)
    (others / "cat" / "no.jpg").write_bytes(b"text")
    text = run_command(evaluate, "door", others)
    assert "balanced" in text
    assert "answered" in text
    unreadable = _only_unreadable(tmp_path / "bad")
    with pytest.raises(UsageError, match="none of its 1 pictures"):
        run_command(evaluate, "door", unreadable)


def _only_unreadable(folder):
    (folder / "cat").mkdir(parents=True)
    (folder / "cat" / "no.jpg").write_bytes(b"text")
    return folder
