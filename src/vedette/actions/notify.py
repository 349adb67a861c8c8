"""A message to a phone, a chat or a mailbox, through Apprise."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from vedette.actions.protocol import Letter
from vedette.actions.settings import ActionSettings
from vedette.actions.template import FIELDS, filled, template
from vedette.errors import ActionError

if TYPE_CHECKING:
    import apprise

_REMEMBERED = 1000
_LOUD = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib")
"""They log addresses with their tokens, at every level."""

_PLACES = ", ".join(f"{{{name}}}" for name in FIELDS)


def _service(url: SecretStr) -> SecretStr:
    """An address of a service; no message repeats a part of it."""
    scheme, found, rest = url.get_secret_value().partition("://")
    if not (found and rest and scheme.isalnum()):
        raise ValueError("an address is written as Apprise has it: service://...")
    return url


class NotifySettings(ActionSettings):
    """A message through any of the services that Apprise knows."""

    kind: Literal["notify"] = Field(default="notify", description="Send a message, through Apprise.")
    urls: tuple[Annotated[SecretStr, AfterValidator(_service)], ...] = Field(
        min_length=1, description="Where to: addresses of services, as Apprise writes them."
    )
    title: Annotated[str, AfterValidator(template)] = Field(
        default="{camera}: {label} {told}", description=f"The title, with places for {_PLACES}."
    )
    body: Annotated[str, AfterValidator(template)] = Field(
        default="{sentence}", description="The text, with the same places."
    )
    has_snapshot: bool = Field(default=True, description="Send the picture along.")
    timeout_seconds: float = Field(
        default=30.0, gt=0, le=300, description="Give up after this long, all addresses together."
    )


class NotifyAction:
    """Sends the message to every address; one that has got it does not get it again when another fails.

    Apprise tells no more than that a service did not take a message. Nothing that it logs is shown.
    """

    is_durable = True

    def __init__(self, name: str, settings: NotifySettings) -> None:
        self.name = name
        self.phases = frozenset(settings.phases)
        self.wants_snapshot = settings.has_snapshot
        self.timeout_seconds = settings.timeout_seconds
        self._settings = settings
        self._services: list[apprise.Apprise] = []
        self._told: OrderedDict[str, set[int]] = OrderedDict()

    async def open(self) -> None:
        """See `Action`."""

    async def carry_out(self, letter: Letter) -> None:
        """See `Action`."""
        told = self._told.setdefault(letter.key, set())
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                # It blocks, and the threads that it would use itself hold up the end of the process.
                await asyncio.to_thread(self._send, letter, told)
        except TimeoutError:
            raise ActionError(
                f"the message was not taken within {self.timeout_seconds:g} s.",
                "Raise timeout_seconds if the service is only slow.",
            ) from None
        self._told.pop(letter.key, None)

    async def close(self) -> None:
        """See `Action`."""

    def _send(self, letter: Letter, told: set[int]) -> None:
        services = self._services = self._services or self._opened()
        title, body = filled(self._settings.title, letter), filled(self._settings.body, letter)
        for number, service in enumerate(services):
            if number not in told:
                picture = _picture(letter) if letter.snapshot_jpeg else None
                if service.notify(body=body, title=title, attach=picture):
                    told.add(number)
        failed = [f"{number + 1} ({_scheme(url)})" for number, url in self._urls() if number not in told]
        if failed:
            raise ActionError(
                f"the message was not taken by address {', '.join(failed)}.",
                "Is the service reachable, and is the address right?",
            )

    def _urls(self) -> list[tuple[int, str]]:
        return [(number, url.get_secret_value()) for number, url in enumerate(self._settings.urls)]

    def _opened(self) -> list[apprise.Apprise]:
        import apprise  # noqa: PLC0415 - it reads 130 services, which only those pay who send messages

        for library in _LOUD:
            logging.getLogger(library).setLevel(logging.CRITICAL + 1)
        # Nothing is kept on disk, and a redirect could lead the event to somebody else.
        asset = apprise.AppriseAsset(app_id="Vedette", async_mode=False, storage_mode="memory")
        if hasattr(asset, "http_redirects"):
            asset.http_redirects = False
        services = []
        for number, url in self._urls():
            service = apprise.Apprise(asset=asset)
            if not service.add(url):
                raise ActionError(
                    f"address {number + 1} ({_scheme(url)}) is none that Apprise understands.",
                    "See its own documentation for how the service is written.",
                )
            services.append(service)
        return services


def _picture(letter: Letter) -> object:
    from apprise.attachment.memory import AttachMemory  # noqa: PLC0415 - see above

    name = f"{letter.event.id}.jpg"
    return AttachMemory(letter.snapshot_jpeg, name, "image/jpeg")  # type: ignore[no-untyped-call]


def _scheme(url: str) -> str:
    return url.partition("://")[0]
