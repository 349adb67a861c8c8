"""A classifier as one file: out of this home, and into it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from vedette.assembly.classifier_exchange import Imported
from vedette.errors import StoreError, UsageError
from vedette.teaching.archive import SUFFIX
from vedette.web.attachment import attachment
from vedette.web.limits import Limits
from vedette.web.media import OpenFile
from vedette.web.protocol import Appliance
from vedette.web.ranged_file import RangedFile
from vedette.web.refusal import HANG_UP, Refusal, refusals
from vedette.web.routes.classifiers import ClassifierReply, described_or_refused, reply_of
from vedette.web.service import Service
from vedette.writing import make_folder

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": _BINARY}, "description": "The file."},
    206: {"content": {"application/zip": _BINARY}, "description": "The asked range of it."},
    304: {"description": "It has not changed."},
    **refusals(404, 409, 416, 503),
}
_BODY: dict[str, Any] = {
    "required": True,
    "description": "An exported classifier, as it is.",
    "content": {"application/zip": _BINARY, "application/octet-stream": _BINARY},
}
_PIECE = 2**20

Name = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="What to call it; as in the file if left out.",
    ),
]


class ImportedReply(BaseModel):
    """A classifier that came in."""

    classifier: ClassifierReply = Field(description="As it is now.")
    pictures: int = Field(description="How many it has.")
    embedded: int = Field(description="How many had to be embedded here.")
    teaching_note: str | None = Field(description="Why it was not taught, if it was not.")


def classifier_exchange_routes(service: Service) -> APIRouter:
    """`export` of each classifier, and `import`."""
    router = APIRouter(prefix="/api/v1/classifiers", tags=["classifiers"])
    appliance = service.appliance

    @router.get(
        "/{name}/export",
        summary="The classifier with its pictures as one file",
        response_class=Response,
        responses=_FILE,
    )
    async def export_classifier(name: str, request: Request) -> Response:
        file = await service.desk.run(lambda: _exported(appliance, name))
        try:
            answer = RangedFile(file, "application/zip", request.headers)
        except BaseException:
            file.close()
            raise
        answer.headers["Content-Disposition"] = attachment(f"{name}{SUFFIX}")
        return answer

    @router.post(
        "/import",
        summary="Make a classifier of an exported file",
        status_code=201,
        responses=refusals(408, 409, 413, 422, 503),
        openapi_extra={"requestBody": _BODY},
    )
    async def import_classifier(request: Request, name: Name = None) -> ImportedReply:
        with service.importers.place(request.scope), _disk_told(appliance):
            make_folder(appliance.teaching.root)
            with TemporaryFile(dir=appliance.teaching.root) as file:
                await _receive(request, file, service.limits)
                return await service.desk.run(lambda: _imported(appliance, file, name))

    return router


def _exported(appliance: Appliance, name: str) -> OpenFile:
    """The file, which has no name on the disk: it is gone when it is closed."""
    described_or_refused(appliance, name)
    with _disk_told(appliance), TemporaryFile(dir=appliance.teaching.root) as file:
        appliance.teaching.export(name, file)
        file.flush()
        found = os.fstat(file.fileno())
        tag = f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'
        return OpenFile(os.dup(file.fileno()), found.st_size, found.st_mtime, tag)


@contextmanager
def _disk_told(appliance: Appliance) -> Iterator[None]:
    """A disk that is full, or that may not be written, is a sentence."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{appliance.teaching.root}: the file cannot be written: {error.strerror or error}.",
            "Look at the space and the permissions there.",
        ) from error


def _imported(appliance: Appliance, file: BinaryIO, name: str | None) -> ImportedReply:
    try:
        imported: Imported = appliance.teaching.take_in(file, name)
    except UsageError as error:
        raise Refusal(422, error.message, error.remedy) from error
    return ImportedReply(
        classifier=reply_of(appliance, imported.name),
        pictures=imported.pictures,
        embedded=imported.embedded,
        teaching_note=imported.note,
    )


async def _receive(request: Request, file: BinaryIO, limits: Limits) -> None:
    """The body to the disk, as it comes.

    Raises:
        Refusal: 413, too large; 408, too slow.
    """
    announced = request.headers.get("content-length", "0")
    if len(announced) > 18 or (announced.isdecimal() and int(announced) > limits.archive_bytes):
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.archive_seconds):
            received, piece = 0, bytearray()
            async for chunk in request.stream():
                received += len(chunk)
                if received > limits.archive_bytes:
                    raise _too_large(limits)
                piece += chunk
                if len(piece) >= _PIECE:
                    await asyncio.to_thread(file.write, bytes(piece))
                    piece.clear()
            await asyncio.to_thread(file.write, bytes(piece))
            file.flush()
    except TimeoutError:
        raise Refusal(408, "the file came too slowly.", "Send it again.", HANG_UP) from None


def _too_large(limits: Limits) -> Refusal:
    return Refusal(
        413, f"the file is over the limit of {limits.archive_bytes // 2**20} MB.", "Remove pictures.", HANG_UP
    )
