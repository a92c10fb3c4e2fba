"""Short videos for the jobs, and the processes that read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from moving_faces import actor, backdrop, draw, line, write_clip


def astronaut_clip(path: Path, astronaut: npt.NDArray[np.uint8], seconds: float) -> Path:
    """The astronaut moves to the right, 10 frames a second."""
    person = actor(astronaut, line((120, 120, 80), (200, 120, 80), 0, 9))
    pictures = [draw([person], backdrop(320, 240), i / 10) for i in range(min(round(10 * seconds), 20))]
    write_clip(path, (pictures[i % len(pictures)] for i in range(round(10 * seconds))), 10)
    return path


def empty_clip(path: Path) -> Path:
    """Half a second in which there is nobody."""
    write_clip(path, (backdrop(160, 120) for _ in range(5)), 10)
    return path


def workers_of(service: int) -> list[int]:
    """The processes of a service that read videos."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, status = (folder / "cmdline").read_bytes(), (folder / "stat").read_text()
        except OSError:  # it has just ended
            continue
        parent = int(status.rpartition(")")[2].split()[1])
        if parent == service and b"mien.service.jobs.worker" in command:
            found.append(int(folder.name))
    return found
