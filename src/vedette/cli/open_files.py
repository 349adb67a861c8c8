"""How many files and connections this process may have open."""

from __future__ import annotations

import resource

_FILES = 65536


def allow_many_files() -> None:
    """Raise this process's limit of open files, as far as it may: 1,024 are usual, and cameras need them."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(most, _FILES)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
