"""Teachings of an appliance: sessions that stay warm, so that a change costs its own picture and no other."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from vedette.assembly.described import Described, Shelf
from vedette.assembly.first_teaching import FirstTeaching
from vedette.assembly.teaching_draft import Draft
from vedette.inference.protocol import Embedder
from vedette.teaching.advice import Advice, Counted, advise, counted, lights_by_label
from vedette.teaching.classifier_folder import Stamp
from vedette.teaching.doubts import Doubt, doubts_of
from vedette.teaching.examples import Example
from vedette.teaching.learning_curve import Curve, learning_curves
from vedette.teaching.light import Light, LightNotes
from vedette.teaching.manifest import ClassScore, Origin
from vedette.teaching.report import TeachingReport
from vedette.teaching.session import TeachingSession
from vedette.teaching.teach import Taught
from vedette.values.geometry import Box

_WARM = 2

Told = Callable[[str, int, int], None]
"""Is told of a classifier how many of its pictures were looked at again, of how many."""

Permit = Callable[[str, Collection[str]], None]
"""Is given a classifier and the classes that it is to know; raises TeachingError if it may not be so."""


@dataclass(frozen=True, slots=True)
class Known:
    """The numbers of a classifier as it was taught last, and its pictures in their order."""

    stamp: Stamp | None
    taught: Taught
    examples: tuple[Example, ...]
    scores: Mapping[str, ClassScore]

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Every picture, the most doubtful first."""
        return doubts_of(self.taught, self.examples, tuple(self.scores))

    @property
    def curves(self) -> Mapping[str, Curve]:
        """The learning curves."""
        return learning_curves(self.taught.lesson, tuple(self.scores))


@dataclass(slots=True)
class _Warm:
    session: TeachingSession
    origin: Origin
    region: Box
    notes: LightNotes
    known: Known | None = None


class Lessons:
    """Of the classifiers of a shelf; for one thread at a time.

    `embedder` gives the loaded network of an origin.
    """

    def __init__(
        self,
        shelf: Shelf,
        embedder: Callable[[Origin], Embedder],
        now: Callable[[], datetime],
        told: Told = lambda *_: None,
    ) -> None:
        self._told = told
        self._shelf = shelf
        self._embedder = embedder
        self._now = now
        self._warm: OrderedDict[str, _Warm] = OrderedDict()

    def teach(
        self, described: Described, origin: Origin, head: str, permit: Permit, given: Mapping[str, bytes]
    ) -> TeachingReport:
        """Teach what the draft says, keep it, and clear the draft; `given` are pictures not on disk yet.

        Raises:
            TeachingError, StoreError, BackendError: see `TeachingDesk.teach`; nothing has changed then.
        """
        name, draft = described.name, described.draft
        drafts = self._shelf.draft(name)
        warm = self._open(described, origin)
        with warm.session as session:
            drafts.apply(draft, session, given)
            permit(name, session.classes)
            report = session.teach(head, partial(self._told, name))
            revision = session.save()
            if described.manifest is None:
                FirstTeaching(self._shelf.folder(name).path).keep(draft, revision)
        warm.known = Known(self._shelf.folder(name).stamp, session.taught, revision.examples, revision.scores)
        drafts.clear()
        return report

    def known(self, described: Described, origin: Origin) -> Known:
        """The numbers of the last teaching; worked out again, if another process has made it.

        Raises:
            TeachingError: never taught, damaged, or taught with another network.
        """
        folder = self._shelf.folder(described.name)
        taught = Described(described.name, described.manifest, Draft())
        warm = self._open(taught, origin)
        if warm.known is None or warm.known.stamp != folder.stamp:
            stamp, revision = folder.stamp, folder.read().current
            with warm.session as session:
                report = session.teach(revision.asked_head)
            warm.known = Known(stamp, session.taught, revision.examples, report.scores)
        return warm.known

    def advice(self, described: Described, known: Known | None, now: Light | None) -> Advice:
        """What to collect next; `known` None: by what is there, for it was changed since, or never taught."""
        lights = self._lights(described)
        labels = {digest: each.label for digest, each in described.examples.items()}
        by_label = lights_by_label(labels, lights)
        if known is not None:
            return advise(counted(known.taught, known.scores, by_label), now)
        return advise(_untaught(described, by_label), now)

    def forget(self, name: str) -> None:
        """The classifier is gone."""
        self._warm.pop(name, None)

    def _lights(self, described: Described) -> Mapping[str, Light]:
        warm = self._warm.get(described.name)
        notes = warm.notes if warm else LightNotes(self._shelf.folder(described.name).path)
        pictures = described.examples.items()
        lights = notes.of({key: partial(self._bytes, described.name, each) for key, each in pictures})
        notes.keep(described.examples.keys())
        return lights

    def _bytes(self, name: str, example: Example) -> bytes:
        return picture_path(self._shelf, name, example).read_bytes()

    def _open(self, described: Described, origin: Origin) -> _Warm:
        """A session that knows the classifier already, if there is one."""
        name, region = described.name, described.region
        embedder = self._embedder(origin)
        warm = self._warm.pop(name, None)
        is_same = warm is not None and (warm.origin, warm.region) == (origin, region)
        if warm is None or not is_same or not warm.session.embed_with(embedder):
            folder = self._shelf.folder(name)
            session = TeachingSession(folder, embedder, origin, self._now, described.draft.box)
            warm = _Warm(session, origin, region, warm.notes if warm else LightNotes(folder.path))
        self._warm[name] = warm
        if len(self._warm) > _WARM:
            self._warm.popitem(last=False)
        return warm


def picture_path(shelf: Shelf, name: str, example: Example) -> Path:
    """Where an example's picture lies: in the draft, or among those that were taught."""
    drafted = shelf.draft(name).picture(example)
    return drafted if drafted.is_file() else shelf.folder(name).picture(example)


def _untaught(described: Described, lights: Mapping[str, Mapping[str, int]]) -> tuple[Counted, ...]:
    """What is known of classes that were changed since they were taught: counts, and the scores of then."""
    counts = Counter(each.label for each in described.examples.values())
    scores = described.manifest.current.scores if described.manifest else {}
    known = []
    for label in described.labels:
        score = scores.get(label)
        repeated = score.near_duplicates if score else 0
        known.append(
            Counted(
                label=label,
                have=counts[label],
                different=max(1, counts[label] - repeated),
                recall=score.recall if score else None,
                lights=lights.get(label, {}),
            )
        )
    return tuple(known)
