"""A house to do harm to: what the outside was shown of it, and what of that is lost."""

from __future__ import annotations

import signal
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from parts.decoded_clip import decoded_clip
from parts.house import House
from parts.sentry import Sentry, eventually
from parts.webhook_peer import WebhookPeer
from vedette.config.agreement import CAMERA_RULE
from vedette.errors import VedetteError
from vedette.events.media import media_files
from vedette.events.sweep import Sweep, Swept
from vedette.pixels.picture import decode_picture
from vedette.store.store import Store
from vedette.values.event import Event
from vedette.values.outbox import OutboxState

HOOK = "hook"
SHORT_CLIPS = {"pre_roll_seconds": 0.3, "post_roll_seconds": 0.3}
QUICK_RETRY = {"first_seconds": 0.2, "maximum_seconds": 1.0}


class Witness:
    """Remembers what it was told by letter and by the API: all of that was acknowledged."""

    def __init__(self, peer: WebhookPeer) -> None:
        self.peer = peer
        self.listed: set[str] = set()
        self._turn = threading.Lock()

    @property
    def letters(self) -> list[dict[str, Any]]:
        """Every letter, in the order in which they came."""
        return [body for _, _, body in list(self.peer.requests)]

    @property
    def keys(self) -> Counter[str]:
        """How often each letter came."""
        return Counter(letter["key"] for letter in self.letters)

    @property
    def told_of_the_end(self) -> set[str]:
        """The ids of all events whose end it was told of."""
        return {letter["id"] for letter in self.letters if letter["phase"] == "close"}

    @property
    def repeats(self) -> int:
        """How many letters came that had come before."""
        return sum(count - 1 for count in self.keys.values())

    @property
    def acknowledged(self) -> set[str]:
        """The ids of all events that anybody was told of."""
        with self._turn:
            return self.listed | {letter["id"] for letter in self.letters}

    def look(self, sentry: Sentry, seconds: float = 2.0) -> list[dict[str, Any]]:
        """The newest events by the API; none where it does not answer."""
        if "answers on" not in sentry.text:
            return []
        try:
            reply = httpx.get(f"{sentry.address}/api/v1/events", params={"limit": 100}, timeout=seconds)
        except httpx.TransportError:
            return []
        events: list[dict[str, Any]] = reply.json()["events"] if reply.status_code == 200 else []
        with self._turn:
            self.listed |= {event["id"] for event in events}
        return events

    def hears_more(self, count: int, what: str) -> None:
        """Wait for letters of so many events of which none came before."""
        before = {letter["id"] for letter in self.letters}
        eventually(lambda: len({letter["id"] for letter in self.letters} - before) >= count, what)


@contextmanager
def faultable(beside: Path, film: Path, **storage: Any) -> Iterator[tuple[House, Witness]]:
    """A house with a restless camera whose events go to a peer that remembers them; `beside` holds it."""
    with WebhookPeer().serving() as peer:
        house = House(beside, storage={"clips": SHORT_CLIPS, **storage})
        house.actions[HOOK] = {"kind": "webhook", "url": peer.url(), "retry": QUICK_RETRY}
        house.restless("lawn", film, HOOK)
        yield house, Witness(peer)


def ready(sentry: Sentry) -> bool:
    """Nothing keeps it from its work."""
    return "answers on" in sentry.text and sentry.get("/readyz").status_code == 200


def trouble(sentry: Sentry) -> str:
    """What keeps it from its work, by its own words; empty if nothing does."""
    reasons: list[str] = sentry.get("/readyz").json()["reasons"]
    return " ".join(reasons)


def losses(house: House, witness: Witness) -> list[str]:
    """What is missing or wrong on the disk of a house that was stopped: a sentence each."""
    with Store.open(house.storage_folder, house.storage.get("database")) as store:
        swept = sweep(house, store)
        rows = {event.id: event for event in store.events.every()}
        entries = list(store.outbox.list(limit=None))
    lost = [f"event {each} has no row" for each in sorted(witness.acknowledged - set(rows))]
    lost += [f"event {each.id} is still open" for each in rows.values() if each.is_open]
    lost += [
        f"event {each.id} runs backwards"
        for each in rows.values()
        if each.closed_at is None or not each.opened_at <= each.updated_at <= each.closed_at
    ]
    lost += [sentence for each in rows.values() for sentence in _lost_media(house, each)]
    lost += [
        f"letter {each.key} is {each.state}" for each in entries if each.state is not OutboxState.DELIVERED
    ]
    keys = witness.keys
    lost += [f"letter {each.key} never came" for each in entries if not keys[each.key]]
    lost += _wrong_order(witness.letters)
    lost += [f"the sweep refused {swept.refused} files"] if swept.refused else []
    named = {path for each in rows.values() for path in (each.snapshot, each.clip)}
    found = {path.relative_to(house.storage_folder).as_posix() for path in house.media()}
    lost += [f"{path} is named by no row after the sweep" for path in sorted(found - named)]
    return lost


def sweep(house: House, store: Store) -> Swept:
    """The sweep as it would be two hours later: what is left behind is old enough to go then."""
    return Sweep(house.storage_folder, store.events, store, lambda _: False).run(
        datetime.now(UTC) + timedelta(hours=2)
    )


def strays(house: House) -> int:
    """Files that are not any event's at this moment."""
    rows = {event.id for event in house.events()}
    return sum(file.is_partial or file.event_id not in rows for file in media_files(house.storage_folder))


def let_films_end(sentry: Sentry, house: House) -> None:
    """Let the films come to their end. A camera that shows no film must be gone before."""
    for camera in house.cameras.values():
        camera["source"]["loop"] = False
    house.write()
    sentry.tell(signal.SIGHUP)

    def have_ended() -> bool:
        reply = sentry.get("/api/v1/cameras")
        assert reply.status_code == 200, reply.text
        return {each["state"] for each in reply.json()} == {"ended"}

    eventually(have_ended, "the films' end")


def at_rest(sentry: Sentry, house: House) -> None:
    """`let_films_end`, and wait until nothing is to be told, written or mended any more."""
    let_films_end(sentry, house)
    wait_until_quiet(sentry, house)


def wait_until_quiet(sentry: Sentry, house: House) -> None:
    """Wait until nothing is to be told, written or mended any more."""

    def is_quiet() -> bool:
        storage = sentry.get("/api/v1/system").json()["storage"]
        # What is left of a picture goes with the sweep; what is left of a video is mended.
        torn = any(
            file.is_partial and file.path.suffix != ".jpg" for file in media_files(house.storage_folder)
        )
        is_open = sentry.get("/api/v1/events?open=true").json()["events"]
        return not (storage["pending"] or torn or is_open)

    eventually(is_quiet, "everything told and written")


def _lost_media(house: House, event: Event) -> Sequence[str]:
    lost, storage, is_damaged = [], house.storage_folder, event.camera in house.damaged
    try:
        # A camera that was lost has nothing to show.
        if event.rule != CAMERA_RULE:
            decode_picture((storage / (event.snapshot or "none")).read_bytes())
    except (OSError, VedetteError) as error:
        lost.append(f"event {event.id} has no whole picture: {error}")
    try:
        if (
            event.clip is not None
            and not decoded_clip(storage / event.clip, passes_over_damage=is_damaged).pictures
        ):
            lost.append(f"event {event.id} has an empty clip")
    except OSError as error:  # what PyAV raises is one of these
        lost.append(f"event {event.id} has a broken clip: {error}")
    return lost


def _wrong_order(letters: Sequence[dict[str, Any]]) -> list[str]:
    """Each event's first letters are in the order of its life."""
    told: dict[str, list[str]] = defaultdict(list)
    for letter in letters:
        if letter["phase"] not in told[letter["id"]]:
            told[letter["id"]].append(letter["phase"])
    return [
        f"event {identity} was told as {', '.join(phases)}"
        for identity, phases in told.items()
        if phases not in (["open"], ["open", "close"])
    ]
