"""The `sitecustomize` of a process that `Unruly` orders about: it breaks real parts when they are imported.

An order is a file; most are taken by the first thread that finds them, and then gone.
"""

import importlib.abc
import importlib.machinery
import os
import sys
import time
from functools import partial
from pathlib import Path

ORDERS = Path(os.environ["UNRULY_ORDERS"])
STUCK_SECONDS = float(os.environ["UNRULY_STUCK_SECONDS"])


def is_there(order):
    return (ORDERS / order).exists()


def is_taken(order):
    try:
        (ORDERS / order).rename(ORDERS / f"{order}, done")
    except OSError:
        return False
    return True


def obey(part):
    if is_taken(f"{part} dies"):
        raise RuntimeError(f"{part} was told to die")
    if is_taken(f"{part} ends"):
        raise SystemExit
    if is_taken(f"{part} hangs"):
        while not is_there("release"):
            time.sleep(0.02)


def unruly(owner, name, part):
    """Whoever calls this method may be told to do something else."""
    original = getattr(owner, name)

    def method(self, *given):
        obey(part(*given))
        return original(self, *given)

    setattr(owner, name, method)


def network(module):
    unruly(module.LiteRTBackend, "run", lambda *_: "network")
    run = module.LiteRTBackend.run

    def failing(self, tensors):
        if is_there("network fails"):
            raise module.BackendError("the network was told to fail.")
        return run(self, tensors)

    module.LiteRTBackend.run = failing


def supervisor(module):
    module.SupervisionSettings = partial(module.SupervisionSettings, stuck_seconds=STUCK_SECONDS)


def network_watch(module):
    module.NetworkWatchSettings = partial(module.NetworkWatchSettings, stuck_seconds=STUCK_SECONDS)


CHANGES = {
    "vedette.gates.open_gate": lambda module: unruly(
        module.OpenGate, "judge", lambda frame: f"gate of {frame.camera}"
    ),
    "vedette.inference.litert": network,
    "vedette.actions.backlog": lambda module: unruly(module.Backlog, "next_due", lambda: "worker"),
    "vedette.actuators.board": lambda module: unruly(module.ActuatorBoard, "_beat", lambda: "actuators"),
    "vedette.pipeline.supervisor": supervisor,
    "vedette.pipeline.network_watch": network_watch,
}


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        change = CHANGES.get(name)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target) if change else None
        if spec is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            change(module)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Finder())
