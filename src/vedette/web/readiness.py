"""Whether the appliance does what it is there for, and if not, why."""

from __future__ import annotations

from vedette.web.protocol import Appliance


def why_not_ready(appliance: Appliance) -> list[str]:
    """A sentence for each thing that keeps it from its work; empty if nothing does."""
    return [
        *(
            f"the camera {name} has had no frame yet ({status.state})."
            for name, status in appliance.cameras.items()
            if status.frames == 0 and status.state != "ended" and not appliance.plans[name].may_be_silent
        ),
        *([] if (trouble := appliance.system.storage.trouble) is None else [f"the store: {trouble}"]),
        *(f"{part}: {trouble}" for part, trouble in appliance.system.troubles.items()),
    ]
