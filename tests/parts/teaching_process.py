"""Teaches for ever: adds a picture, saves, says which revision is safe. Run as a process to be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from parts.taught_pictures import ColourEmbedder, jpeg, noon
from vedette.teaching.classifier_folder import ClassifierFolder
from vedette.teaching.manifest import Origin
from vedette.teaching.session import TeachingSession


def main(root: str, first_seed: int) -> None:
    folder = ClassifierFolder(Path(root), "door")
    with TeachingSession(folder, ColourEmbedder(), Origin(), noon) as session:
        for seed in range(first_seed, first_seed + 100_000):
            for label in ("cat", "dog"):
                session.add(jpeg(label, seed), f"{label}/{seed}.jpg", label)
            if seed % 3 == 2:
                session.remove(session.examples[0].digest)
            session.teach("imprint")
            sys.stdout.write(f"{session.save().number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
