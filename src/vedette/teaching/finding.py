"""Which of a classifier's pictures a person means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vedette.errors import UsageError
from vedette.teaching.examples import Example, digest_of
from vedette.teaching.reading import picture_bytes


def find_example(examples: Sequence[Example], name: str, classifier: str) -> Example:
    """The picture of that digest, name, or end of a name; or with the bytes of that file.

    Raises:
        UsageError: none, or several.
    """
    digests = {name}
    if Path(name).is_file():
        digests.add(digest_of(picture_bytes(Path(name))))
    exact = [each for each in examples if each.digest in digests or each.name == name]
    found = exact or [each for each in examples if each.name.endswith("/" + name)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"`{classifier}` has no picture {name}.", "Name it as the report does: CLASS/FILE.")
    raise UsageError(
        f"{name} is the name of {len(found)} pictures of `{classifier}`.",
        f"Say which: {', '.join(each.digest if exact else each.name for each in found)}.",
    )
