"""A classifier of the demonstration, taught in a test's own home from the real clip by the real network."""

from __future__ import annotations

from pathlib import Path

from vedette.assembly.build import build_clip, build_embedder
from vedette.assembly.demonstration import Demonstration
from vedette.assembly.teaching_demonstration import teach_demonstration
from vedette.teaching.manifest import Origin


def taught(demonstration: Demonstration, clip: Path, home: Path) -> Path:
    """The home, which then knows the demonstration's classifiers."""
    embedder = build_embedder(threads=1)
    clip_source = build_clip(demonstration.clip, clip)
    teach_demonstration(demonstration, clip_source, embedder, Origin(), home / "classifiers")
    embedder.close()
    return home
