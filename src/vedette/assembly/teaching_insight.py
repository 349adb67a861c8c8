"""What a classifier says and thinks, asked while it is taught: answers, doubts, advice, proposals."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vedette.assembly.described import Described
from vedette.assembly.workbench import Workbench
from vedette.errors import TeachingError
from vedette.inference.protocol import Embedder
from vedette.teaching.advice import Advice
from vedette.teaching.doubts import Doubt
from vedette.teaching.examples import Example, digest_of
from vedette.teaching.judge import Judge
from vedette.teaching.light import light_of
from vedette.teaching.manifest import Origin
from vedette.teaching.taught import TaughtClassifier
from vedette.values.frame import Frame
from vedette.values.prediction import Classification

_JUDGES = 8
_SAMPLED = (128, 72)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a frame shows, and the number of the revision that says so."""

    classification: Classification
    revision: int


@dataclass(frozen=True, slots=True)
class Doubts:
    """Every picture, the most doubtful first; `note` says why there are none."""

    doubts: tuple[Doubt, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a picture that is not kept may show. Without `classification` nothing was taught yet.

    `twin` is an example that it nearly equals.
    """

    digest: str
    classification: Classification | None
    twin: Example | None


class TeachingInsight:
    """Any thread may ask. `looking` gives networks whose turns are not teaching's.

    An answer waits for no teaching; all else does.
    """

    def __init__(self, bench: Workbench, looking: Callable[[Origin], Embedder]) -> None:
        self._bench = bench
        self._looking = looking
        self._judges: OrderedDict[str, tuple[tuple[int, datetime], Judge]] = OrderedDict()
        self._reading = threading.Lock()

    def answer(self, name: str, frame: Frame) -> Answer:
        """What a classifier as it was taught last says of a frame; whoever uses it, or nobody.

        Raises:
            UsageError: there is none.
            TeachingError: it has not been taught, or is damaged.
            StaleClassifierError: taught with another network than its own is now.
            NotServed: the device stayed busy.
        """
        described = self._bench.described(name)
        if described.manifest is None:
            raise TeachingError(f"`{name}` has not been taught yet.", self.advice_on(described).sentence)
        revision = described.manifest.current
        embedder = self._looking(revision.origin)
        taught = TaughtClassifier(name, revision, self._judge(described), embedder)
        return Answer(taught.classify(frame), revision.number)

    def doubts(self, name: str) -> Doubts:
        """How far each picture of the last teaching is to be doubted.

        Raises:
            UsageError: there is none.
            TeachingError: it is damaged, or taught with another network than its own is now.
        """
        with self._bench.turn:
            described = self._bench.described(name)
            if described.manifest is None:
                return Doubts((), self.advice_on(described).sentence)
            known = self._bench.lessons.known(described, self._bench.origin_of(described))
            return Doubts(known.doubts)

    def advice(self, name: str, frame: Frame | None = None) -> Advice:
        """What to collect next; `frame` shows the light at the camera.

        Raises:
            UsageError: there is none.
            TeachingError: it is damaged.
        """
        with self._bench.turn:
            return self.advice_on(self._bench.described(name), frame)

    def advice_on(self, described: Described, frame: Frame | None = None) -> Advice:
        """The same for whoever has the turn."""
        lessons, now = self._bench.lessons, None if frame is None else light_of(frame.rgb(_SAMPLED))
        is_taught = described.manifest is not None and not described.changes
        known = lessons.known(described, self._bench.origin_of(described)) if is_taught else None
        return lessons.advice(described, known, now)

    def propose(self, name: str, picture: bytes) -> Proposal:
        """What a picture may show; it is not kept. Adding it later embeds it no more.

        Raises:
            UsageError: there is none.
            PictureError: not a picture that can be opened.
            TeachingError: it is damaged, or taught with another network than its own is now.
        """
        with self._bench.turn:
            described = self._bench.described(name)
            digest = digest_of(picture)
            seen = self._bench.see(described, picture)
            twin = described.examples.get(digest) or (seen.nearly[0].example if seen.nearly else None)
            is_judged = described.manifest is not None and described.region == described.manifest.current.box
            answer = self._judge(described).classify(seen.embedding) if is_judged else None
            return Proposal(digest, answer, twin)

    def _judge(self, described: Described) -> Judge:
        """Read once for every teaching."""
        assert described.manifest is not None
        revision, name = described.manifest.current, described.name
        key = (revision.number, revision.taught_at)
        known = self._judges.get(name)
        if known is not None and known[0] == key:
            return known[1]
        judge = self._bench.shelf.folder(name).judge(revision)
        with self._reading:
            self._judges[name] = (key, judge)
            if len(self._judges) > _JUDGES:
                self._judges.popitem(last=False)
        return judge
