"""How right the heads are on pictures they have not seen, by the number of examples a class.

    python benchmarks/accuracy.py FOLDER [--examples 5,10,20,40] [--splits 20] [--json]

FOLDER holds a folder a class. Each split teaches that many pictures a class, drawn at random with a
fixed seed, and asks about all others; what is printed is the mean balanced accuracy over the splits
and its standard error. A number is left out where a class would keep fewer than four pictures to ask
about. Consecutive frames of a clip fall on both sides of a split and flatter.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from vedette.assembly.build import DEFAULT_NETWORK, build_embedder
from vedette.datasets.collection import Collection, read_collection
from vedette.evaluation.classification import evaluate_answers
from vedette.inference.protocol import Embedder
from vedette.teaching.features import FloatArray, IntArray, features_of
from vedette.teaching.reading import picture_bytes, region_pixels
from vedette.teaching.teach import Asked, Taught, teach
from vedette.values.geometry import WHOLE_FRAME

HEADS = ("auto", "ridge", "imprint", "proxies")
LEAST_ASKED = 4

Results = dict[str, dict[int, list[float]]]


def embedded(collection: Collection, embedder: Embedder) -> FloatArray:
    """`[n, d]` embeddings of all pictures, class after class."""
    paths = [path for own in collection.pictures.values() for path in own]
    return np.stack(
        [
            embedder.embed(region_pixels(picture_bytes(path), str(path), embedder.input_size, WHOLE_FRAME))
            for path in track(paths, "Embedding", console=Console(stderr=True))
        ]
    )


def balanced_accuracy(taught: Taught, embeddings: FloatArray, truths: IntArray) -> float:
    """Mean recall over the classes, whether or not a picture was rejected as unknown."""
    classes = taught.judge.classes
    best = [classes[answer] for answer in taught.judge.answers(embeddings).best]
    figure = evaluate_answers([classes[truth] for truth in truths], best, best, classes).balanced_accuracy
    return float("nan") if figure is None else figure


def split(labels: IntArray, examples: int, seed: int) -> tuple[IntArray, IntArray]:
    """Rows to teach, `examples` a class, and the rows that are left."""
    shuffled = np.random.default_rng((seed, examples)).permutation(len(labels))
    taught = [shuffled[labels[shuffled] == label][:examples] for label in range(int(labels.max()) + 1)]
    rows = np.sort(np.concatenate(taught))
    return rows, np.setdiff1d(np.arange(len(labels)), rows)


def measure(
    embeddings: FloatArray, labels: IntArray, classes: tuple[str, ...], counts: list[int], splits: int
) -> Results:
    """Balanced accuracies by head, by number of examples a class, one a split."""
    features = features_of(embeddings)
    results: Results = {head: {count: [] for count in counts} for head in HEADS}
    for count in counts:
        for seed in track(range(splits), f"{count} a class", console=Console(stderr=True)):
            rows, rest = split(labels, count, seed)
            for head in HEADS:
                taught = teach(features[rows], labels[rows], classes, Asked(head))
                figure = balanced_accuracy(taught, embeddings[rest], labels[rest])
                results[head][count].append(figure)
    return results


def standard_error(figures: list[float]) -> float:
    """Of the mean, over splits of one set of pictures."""
    return float(np.std(figures) / np.sqrt(len(figures)))


def as_table(results: Results, title: str) -> Table:
    """A row a head, a column a number of examples, in percent."""
    table = Table("head", *(f"{count} a class" for count in results[HEADS[0]]), title=title)
    for head, by_count in results.items():
        figures = by_count.values()
        cells = [f"{100 * np.mean(each):.1f} ± {100 * standard_error(each):.1f}" for each in figures]
        table.add_row(head, *cells)
    return table


def as_record(results: Results) -> dict[str, dict[str, dict[str, float]]]:
    """The same, as shares in 0..1."""
    return {
        head: {
            str(count): {"mean": float(np.mean(each)), "standard_error": standard_error(each)}
            for count, each in by_count.items()
        }
        for head, by_count in results.items()
    }


def main() -> None:
    """Embed once, teach and ask many times, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--examples", default="5,10,20,40", help="pictures taught a class, with commas")
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--network", default=DEFAULT_NETWORK)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    collection = read_collection(asked.folder)
    sizes = [len(paths) for paths in collection.pictures.values()]
    wanted = [int(each) for each in asked.examples.split(",")]
    counts = [each for each in wanted if each + LEAST_ASKED <= min(sizes)]
    if len(sizes) < 2 or not counts or asked.splits < 1:
        parser.error(f"two classes of at least {min(wanted) + LEAST_ASKED} pictures are needed, not {sizes}")
    labels = np.repeat(np.arange(len(sizes)), sizes)
    embeddings = embedded(collection, build_embedder(asked.network))
    results = measure(embeddings, labels, tuple(collection.pictures), counts, asked.splits)
    if asked.json:
        print(json.dumps(as_record(results)))
    else:
        Console().print(as_table(results, f"Balanced accuracy, % ({len(labels)} pictures)"))


if __name__ == "__main__":
    main()
