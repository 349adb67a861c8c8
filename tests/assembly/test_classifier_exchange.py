from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest

from parts.taught_pictures import ColourEmbedder, jpeg, noon
from vedette.assembly.teaching_desk import How, TeachingDesk
from vedette.errors import CatalogError, PictureError, TeachingError, UsageError
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.examples import digest_of
from vedette.values.geometry import Box


def begin(root, embedder=ColourEmbedder):
    return TeachingDesk(root, lambda _: embedder(), lambda _: None, noon)


@pytest.fixture
def desk(tmp_path):
    desk = begin(tmp_path / "here")
    desk.create("door", Box(0, 0, 0.5, 1))
    for seed in range(4):
        for label in ("cat", "mouse"):
            desk.add("door", jpeg(label, seed), label, f"{label} {seed}", How(is_taught=True))
    return desk


def exported(desk, name="door"):
    file = io.BytesIO()
    desk.export(name, file)
    return file


def members(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file


def head(desk, name="door"):
    judge = ClassifierFolder(desk.root, name).judge(desk.describe(name).manifest.current)
    return judge.answers(np.eye(48, dtype=np.float32) + np.float32(0.3)).confidences


def test_a_classifier_comes_back_as_it_was_without_embedding_again(desk, tmp_path):
    there = begin(tmp_path / "there")
    imported = there.take_in(exported(desk), "roof")
    assert (imported.name, imported.pictures, imported.embedded, imported.note) == ("roof", 8, 0, None)
    before, after = desk.describe("door"), there.describe("roof")
    assert after.examples == before.examples
    assert after.region == before.region
    for label, score in before.manifest.current.scores.items():
        # Taught from the same embeddings, though not one by one: the last bit of a sum may differ.
        limit = pytest.approx(score.distance_limit, abs=1e-5)
        again = after.manifest.current.scores[label]
        assert again == score.model_copy(update={"distance_limit": again.distance_limit})
        assert again.distance_limit == limit
    assert head(there, "roof") == pytest.approx(head(desk), abs=1e-5)
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["roof"]
    digest = next(iter(after.examples))
    there.remove("roof", [digest], How(is_taught=True))
    there.undo("roof")
    assert digest in there.describe("roof").examples


def test_the_file_is_one_that_any_program_reads(desk):
    found = members(exported(desk))
    assert json.loads(found["vedette.json"])["format"] == "vedette-classifier"
    assert {digest_of(data) for name, data in found.items() if name.startswith("pictures/")} == {
        each["digest"] for each in json.loads(found["vedette.json"])["examples"]
    }
    assert np.load(io.BytesIO(found["embeddings.npy"]), allow_pickle=False).shape == (8, 48)
    assert "weights" in np.load(io.BytesIO(found["head.npz"]), allow_pickle=False)


def test_what_was_not_taught_yet_comes_along(desk, tmp_path):
    desk.add("door", jpeg("dog", 1), "dog", "not yet")
    imported = begin(tmp_path / "there").take_in(exported(desk))
    assert (imported.pictures, imported.embedded) == (9, 9)


def test_one_class_alone_is_a_beginning(tmp_path):
    desk = begin(tmp_path / "here")
    desk.create("door")
    desk.add("door", jpeg("cat", 1), "cat", "x")
    there = begin(tmp_path / "there")
    imported = there.take_in(exported(desk))
    assert "not two classes" in imported.note
    assert there.describe("door").examples == desk.describe("door").examples
    there.add("door", jpeg("mouse", 1), "mouse", "x", How(is_taught=True))
    assert there.describe("door").manifest.current.classes == ("cat", "mouse")


def test_another_network_embeds_again(desk, tmp_path):
    there = begin(tmp_path / "there", lambda: ColourEmbedder(identity="colours | 2"))
    assert there.take_in(exported(desk)).embedded == 8


def test_embeddings_that_are_not_of_their_pictures_are_not_believed(desk, tmp_path):
    parts = members(exported(desk))
    rows = io.BytesIO()
    np.save(rows, np.ones((8, 48), np.float32))
    there = begin(tmp_path / "there")
    assert there.take_in(packed(parts | {"embeddings.npy": rows.getvalue()})).embedded == 8


def test_a_file_chooses_no_other_file_as_its_network(desk, tmp_path):
    asked = []

    def load(origin):
        asked.append(origin)
        if origin.network == "gone":
            raise CatalogError("not to be had.")
        return ColourEmbedder()

    for network in ("/etc/passwd", "../x.tflite", "gone"):
        there = TeachingDesk(tmp_path / "there", load, lambda _: None, noon)
        parts = members(exported(desk))
        index = json.loads(parts["vedette.json"])
        index["origin"]["network"] = network
        there.take_in(packed(parts | {"vedette.json": json.dumps(index)}), "roof")
        assert there.describe("roof").manifest.current.origin.network == "efficientnet-lite0"
        there.delete("roof")
    assert {origin.network for origin in asked} == {"efficientnet-lite0", "gone"}


def changed(parts, **fields):
    return packed(parts | {"vedette.json": json.dumps(json.loads(parts["vedette.json"]) | fields)})


def first(parts, **fields):
    examples = json.loads(parts["vedette.json"])["examples"]
    return changed(parts, examples=[examples[0] | fields, *examples[1:]])


def renamed(parts, to):
    """Its first picture under another name."""
    name = next(name for name in parts if name.startswith("pictures/"))
    return packed({to if each == name else each: data for each, data in parts.items()})


def other_bytes(parts, data):
    return packed({name: data if name.startswith("pictures/") else each for name, each in parts.items()})


def no_picture(parts):
    digest = digest_of(b"\xff\xd8 no picture")
    parts = parts | {f"pictures/{digest}.jpg": b"\xff\xd8 no picture"}
    return first(parts, digest=digest, suffix=".jpg")


DAMAGE = {
    "nothing": lambda parts: io.BytesIO(),
    "no zip": lambda parts: io.BytesIO(b"PK\x03\x04 and nothing"),
    "half of it": lambda parts: io.BytesIO(packed(parts).getvalue()[:-200]),
    "no index": lambda parts: packed({name: each for name, each in parts.items() if name != "vedette.json"}),
    "a newer one": lambda parts: changed(parts, version=2),
    "another format": lambda parts: changed(parts, format="x"),
    "no region": lambda parts: changed(parts, region=[0, 0, 0, 1]),
    "a name that leaves the folder": lambda parts: changed(parts, name="../../roof"),
    "a label that is none": lambda parts: first(parts, label="../cat"),
    "unknown as a label": lambda parts: first(parts, label="unknown"),
    "a digest that is a path": lambda parts: first(parts, digest="../" * 21 + "x"),
    "a suffix that is a path": lambda parts: first(parts, suffix="./../x"),
    "another picture": lambda parts: other_bytes(parts, jpeg("dog", 1)),
    "no picture": no_picture,
    "a picture elsewhere": lambda parts: renamed(parts, "../../pictures/x.jpg"),
    "a picture twice": lambda parts: changed(
        parts, examples=2 * json.loads(parts["vedette.json"])["examples"]
    ),
    "embeddings of another shape": lambda parts: packed(parts | {"embeddings.npy": npy(np.ones((3, 48)))}),
    "embeddings that are none": lambda parts: packed(
        parts | {"embeddings.npy": npy(np.full((8, 48), np.nan))}
    ),
    "a pickle": lambda parts: packed(parts | {"embeddings.npy": npy(np.array([{}] * 8, object))}),
    "a bomb": lambda parts: packed(parts | {"vedette.json": b" " * 9 * 2**20}, zipfile.ZIP_DEFLATED),
    "too many parts": lambda parts: packed({**parts, **{str(number): b"" for number in range(5100)}}),
}


def npy(rows):
    stream = io.BytesIO()
    np.save(stream, rows if rows.dtype == object else rows.astype(np.float32), allow_pickle=True)
    return stream.getvalue()


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_file_that_cannot_be_is_refused_and_leaves_nothing(desk, tmp_path, damage):
    there = begin(tmp_path / "there")
    with pytest.raises((UsageError, PictureError)):
        there.take_in(damage(members(exported(desk))))
    assert there.names == ()
    assert not list((tmp_path / "there").rglob("*"))
    assert {path.name for path in tmp_path.iterdir()} <= {"here", "there"}


def test_a_name_that_is_taken_is_refused(desk):
    with pytest.raises(TeachingError, match="already"):
        desk.take_in(exported(desk))
    assert len(desk.describe("door").examples) == 8


def test_what_is_not_there_is_not_exported(desk):
    with pytest.raises(UsageError, match="no classifier"):
        exported(desk, "roof")
