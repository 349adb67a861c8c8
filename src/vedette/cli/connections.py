"""Connections to the service: so many and no more, and none that says nothing, for cameras need descriptors.

uvicorn limits how many requests are answered at once, which holds only for those whose head has come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from ipaddress import ip_address
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

MOST = 512
"""At once; one more is closed as it comes."""

MOST_FROM_AN_ADDRESS = 192
"""Of these, from one address but this machine's own, where a proxy may stand. A page takes about ten."""

HEAD_SECONDS = 10.0
"""In which the head of a request has to come, whole."""


class Connection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """One connection, as uvicorn has it, within the limits."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        if len(self.connections) > MOST or self._is_one_of_too_many():
            transport.abort()
        else:
            self._wait_for_a_head()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_a_head()
        else:
            self._wait_no_more()

    def connection_lost(self, error: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._wait_no_more()
        super().connection_lost(error)

    def handle_websocket_upgrade(self, *event: Any) -> None:
        """It is another protocol's from now on."""
        super().handle_websocket_upgrade(*event)
        self._wait_no_more()
        self._has_left = True

    _has_left = False

    def _wait_for_a_head(self) -> None:
        if self._patience is None and not self._has_left and not self.transport.is_closing():
            self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _is_one_of_too_many(self) -> bool:
        if self.client is None or ip_address(self.client[0]).is_loopback:
            return False
        return _count(self.connections, self.client[0]) > MOST_FROM_AN_ADDRESS


def _count(connections: Collection[Any], address: str) -> int:
    clients = (getattr(each, "client", None) for each in connections)
    return sum(client is not None and client[0] == address for client in clients)
