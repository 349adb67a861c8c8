from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from parts.taught_pictures import ColourEmbedder, jpeg, noon
from vedette.errors import TeachingError, UsageError
from vedette.teaching.classifier_folder import STEPS_KEPT, ClassifierFolder, taught_names
from vedette.teaching.manifest import Origin
from vedette.teaching.session import TeachingSession

TESTS = Path(__file__).parents[1]


def _teach(root, counts, first=0, **options):
    folder = ClassifierFolder(root, "door")
    with TeachingSession(folder, ColourEmbedder(), Origin(), noon) as session:
        for label, count in counts.items():
            for seed in range(first, first + count):
                session.add(jpeg(label, seed), f"{label}/{seed}.jpg", label)
        session.teach(**options)
        session.save()
    return folder


def test_what_was_saved_is_read_back_whole(tmp_path):
    folder = _teach(tmp_path, {"cat": 3, "dog": 4})
    manifest = folder.read()
    revision = manifest.current
    assert revision.classes == ("cat", "dog")
    judge = folder.judge(revision)
    known = folder.embeddings(manifest, ColourEmbedder().identity, revision.region)
    embeddings = np.stack([known[example.digest] for example in revision.examples])
    answers = judge.answers(embeddings)
    assert [judge.classes[best] for best in answers.best] == [example.label for example in revision.examples]
    assert all(folder.picture(example).read_bytes() for example in revision.examples)


def test_embeddings_of_another_embedder_or_region_are_never_given(tmp_path):
    folder = _teach(tmp_path, {"cat": 2, "dog": 2})
    manifest = folder.read()
    assert folder.embeddings(manifest, "other", manifest.current.region) == {}
    assert folder.embeddings(manifest, manifest.current.embedder, (0.0, 0.0, 0.5, 1.0)) == {}


@pytest.mark.parametrize(
    "name", ["../up", "a/b", "", ".hidden", "a..b", "a b", "/etc", "x" * 65, "a\x00b", "a\\b"]
)
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="cannot name a classifier"):
        ClassifierFolder(tmp_path, name)


def test_two_cannot_teach_the_same_classifier_at_once(tmp_path):
    folder = _teach(tmp_path, {"cat": 2, "dog": 2})
    with folder.lock(), pytest.raises(TeachingError, match="being taught by another"):
        _teach(tmp_path, {"cat": 1}, first=10)
    _teach(tmp_path, {"cat": 1}, first=10)
    assert len(folder.read().current.examples) == 5
    assert taught_names(tmp_path) == ("door",)


def test_there_is_no_classifier_before_the_first_save(tmp_path):
    folder = ClassifierFolder(tmp_path, "door")
    with folder.lock():
        pass
    assert taught_names(tmp_path) == ()
    with pytest.raises(TeachingError, match=r"no classifier `door`.*vedette teach door FOLDER"):
        folder.read()


@pytest.mark.parametrize(
    "spoil",
    [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: b"\x00" * len(data)],
    ids=["empty", "half", "zeros"],
)
@pytest.mark.parametrize("file", ["manifest.json", "heads/000001.npz", "embeddings/000001.npy"])
def test_a_damaged_file_is_a_sentence_with_its_path(tmp_path, file, spoil):
    folder = _teach(tmp_path, {"cat": 2, "dog": 2})
    path = folder.path / file
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(TeachingError, match=path.name):
        _read_everything(folder)


def test_a_pickle_in_place_of_the_head_is_not_opened(tmp_path):
    folder = _teach(tmp_path, {"cat": 2, "dog": 2})
    objects = np.array([{"a": 1}], dtype=object)
    np.savez(folder.path / "heads" / "000001.npz", weights=objects, allow_pickle=True)
    with pytest.raises(TeachingError, match="head cannot be read"):
        _read_everything(folder)


def _read_everything(folder):
    manifest = folder.read()
    folder.judge(manifest.current)
    known = folder.embeddings(manifest, manifest.current.embedder, manifest.current.region)
    for example in manifest.current.examples:
        assert np.isfinite(known[example.digest]).all()
        assert folder.picture(example).stat().st_size > 0
    for number in (*manifest.undo, *manifest.redo):
        folder.judge(folder.revision(number))
    return manifest


def test_many_small_changes_leave_few_files(tmp_path):
    folder = ClassifierFolder(tmp_path, "door")
    with TeachingSession(folder, ColourEmbedder(), Origin(), noon) as session:
        for seed in range(STEPS_KEPT + 15):
            for label in ("cat", "dog"):
                session.add(jpeg(label, seed), f"{label}/{seed}.jpg", label)
            session.teach("imprint")
            session.save()
    manifest = _read_everything(folder)
    assert len(manifest.undo) == STEPS_KEPT
    assert len(list((folder.path / "heads").iterdir())) == STEPS_KEPT + 1
    assert len(list((folder.path / "embeddings").iterdir())) == len(manifest.segments) <= 16


def test_killed_at_any_moment_the_old_or_the_new_classifier_is_whole(tmp_path):
    random = np.random.default_rng(0)
    folder = ClassifierFolder(tmp_path, "door")
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "OPENBLAS_NUM_THREADS": "1"}
    for attempt in range(6):
        with subprocess.Popen(
            [sys.executable, "-m", "parts.teaching_process", str(tmp_path), str(1000 * attempt)],
            stdout=subprocess.PIPE,
            env=environment,
        ) as process:
            assert process.stdout is not None
            acknowledged = int(process.stdout.readline())
            time.sleep(random.uniform(0, 0.25))
            process.send_signal(signal.SIGKILL)
            rest = process.stdout.read().split(b"\n")[:-1]
        acknowledged = int(rest[-1]) if rest else acknowledged
        manifest = _read_everything(folder)
        assert manifest.current.number in (acknowledged, acknowledged + 1)
    _teach(tmp_path, {"cat": 1}, first=99_000)
    left = [path.name for path in folder.path.rglob(".part-*")]
    assert left == []
    kept = {example.file_name for example in _read_everything(folder).current.examples}
    assert kept <= {path.name for path in (folder.path / "pictures").iterdir()}
