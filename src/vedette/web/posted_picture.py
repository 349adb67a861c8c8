"""The picture in a request's body: the body itself, or a part of a form (RFC 7578)."""

from __future__ import annotations

from typing import Any, NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from vedette.pixels.picture import MAXIMUM_BYTES
from vedette.web.refusal import Refusal

_BINARY = {"schema": {"type": "string", "format": "binary"}}
PICTURE_BODY: dict[str, Any] = {
    "required": True,
    "description": "A JPEG, PNG, WebP or BMP picture, or a form with one.",
    "content": {
        "image/*": _BINARY,
        "multipart/form-data": {"schema": {"type": "object", "properties": {"image": _BINARY["schema"]}}},
    },
}
"""For the description of a route that takes a picture."""

_MAXIMUM_PARTS = 16
_HOW = "Send the picture as the body, or as a form: curl -F image=@picture.jpg"


def posted_picture(body: bytes, content_type: str) -> bytes:
    """The picture's bytes: of a form the part called `image`, else the first file; else the body as it is.

    Raises:
        Refusal: 400, a form that is damaged or holds no file; 413, a picture that is too large.
    """
    is_form = content_type.lower().startswith("multipart/form-data")
    picture = _of_form(body, content_type) if is_form else body
    if len(picture) > MAXIMUM_BYTES:
        raise Refusal(
            413, f"the picture is over the limit of {MAXIMUM_BYTES // 2**20} MB.", "Send a smaller one."
        )
    return picture


class PostedFile(NamedTuple):
    """A file of a form under its own name, or a body without one."""

    name: str
    data: bytes


def posted_pictures(body: bytes, content_type: str) -> list[PostedFile]:
    """Every file of a form in the order sent, whatever its field is called; else the body as it is.

    Raises:
        Refusal: 400, a form that is damaged or holds no file.
    """
    if not content_type.lower().startswith("multipart/form-data"):
        return [PostedFile("", body)]
    return _read_form(body, content_type).files()


def _of_form(body: bytes, content_type: str) -> bytes:
    return _read_form(body, content_type).picture()


def _read_form(body: bytes, content_type: str) -> _Form:
    _, options = parse_options_header(content_type)
    form = _Form(body)
    try:
        parser = MultipartParser(options.get(b"boundary", b""), form.callbacks)  # type: ignore[arg-type]
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise Refusal(400, "the form is damaged.", _HOW) from error
    return form


class _Form:
    """Notes where the parts lie; of the data only the chosen part's is ever copied."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._parts = 0
        self._field = b""
        self._value = b""
        self._disposition = b""
        self._data: list[tuple[int, int]] = []
        self._image: list[tuple[int, int]] | None = None
        self._first_file: list[tuple[int, int]] | None = None
        self._files: list[tuple[str, list[tuple[int, int]]]] = []
        self._is_whole = False
        self.callbacks = {
            "on_part_begin": self._begin_part,
            "on_header_field": self._add_field,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_part_data": self._add_data,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def picture(self) -> bytes:
        """The chosen part's bytes."""
        chosen = self._first_file if self._image is None else self._image
        if not self._is_whole:
            raise Refusal(400, "the form ends in the middle.", _HOW)
        if chosen is None:
            raise Refusal(400, "the form holds no file.", _HOW)
        return self._bytes(chosen)

    def files(self) -> list[PostedFile]:
        """Every file."""
        if not self._is_whole:
            raise Refusal(400, "the form ends in the middle.", _HOW)
        if not self._files:
            raise Refusal(400, "the form holds no file.", _HOW)
        return [PostedFile(name, self._bytes(places)) for name, places in self._files]

    def _bytes(self, places: list[tuple[int, int]]) -> bytes:
        return b"".join(self._body[start:end] for start, end in places)

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > _MAXIMUM_PARTS:
            raise Refusal(400, f"the form has more than {_MAXIMUM_PARTS} parts.", _HOW)
        self._disposition, self._data = b"", []

    def _add_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field, self._value = b"", b""

    def _add_data(self, _: bytes, start: int, end: int) -> None:
        # The body was written in one go: positions in it are positions in the parser's data.
        self._data.append((start, end))

    def _end_part(self) -> None:
        _, options = parse_options_header(self._disposition)
        if options.get(b"name") == b"image" and self._image is None:
            self._image = self._data
        elif b"filename" in options and self._first_file is None:
            self._first_file = self._data
        if b"filename" in options:
            self._files.append((options[b"filename"].decode(errors="replace"), self._data))

    def _end(self) -> None:
        self._is_whole = True
