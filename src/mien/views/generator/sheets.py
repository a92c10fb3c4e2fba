"""What the generator makes of people it has not learnt from, as one picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mien.errors import InputError
from mien.views.generator.networks import Networks, one_hot
from mien.views.generator.pairs import Recordings, from_network, to_network
from mien.views.generator.paths import untracked

PEOPLE, NOBODIES = 4, 2  # of a sheet
CROWD = 16


@torch.no_grad()
def draw_sheet(networks: Networks, recordings: Recordings, device: torch.device) -> npt.NDArray[np.uint8]:
    """A grid of pictures, a column a view.

    Parameters
    ----------
    networks : Networks
        In evaluation mode.
    recordings : Recordings
        Of which up to four are shown, evenly spaced, each encoded from another view.
    device : torch.device
        Where the networks are.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        Two rows a recording: the real views; then, after the one that was encoded, all views as generated. At the
        bottom two faces of nobody, from `z` drawn at random, the same in each sheet.
    """
    views = len(recordings.views)
    chosen = np.linspace(0, len(recordings.images) - 1, min(PEOPLE, len(recordings.images))).round().astype(int)
    rows = []
    for number, recording in enumerate(chosen):
        real = torch.from_numpy(recordings.images[recording])
        shown = number * views // len(chosen)
        _, z = networks.encoder(to_network(real[shown : shown + 1]).to(device))
        rows += [_row(torch.zeros_like(real[0]), real), _row(real[shown], _turn(networks, z))]
    rows += [_row(torch.zeros_like(turned[0]), turned) for turned in imagine_crowd(networks, device)[:NOBODIES]]
    return torch.cat(rows).numpy()


@torch.no_grad()
def imagine_crowd(networks: Networks, device: torch.device, seed: int = 0) -> Tensor:
    """Faces of nobody, from `z` drawn at random, in all views.

    Normalised as in training, by the crowd's own mean: the running one is that of somebodies.

    Parameters
    ----------
    networks : Networks
        In evaluation mode.
    device : torch.device
        Where the networks are.
    seed : int
        Same seed, same `z`.

    Returns
    -------
    Tensor of uint8, shape (16, views, s, s, 3)
        RGB, on the CPU.
    """
    views, chance = networks.shape.views, torch.Generator().manual_seed(seed)
    z = (torch.rand(CROWD, networks.shape.z, generator=chance) * 2 - 1).to(device).repeat_interleave(views, 0)
    networks.generator.train()
    with untracked(networks.generator):
        pictures = networks.generator(one_hot(torch.arange(len(z), device=device) % views, networks.shape), z)
    networks.generator.eval()
    faces = from_network(pictures).cpu()
    return faces.reshape(CROWD, views, *faces.shape[1:])


def write_sheet(path: Path, sheet: npt.NDArray[np.uint8]) -> None:
    """Write a sheet as PNG, with its folder; raises `InputError` where that cannot be."""
    _, data = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None


def _turn(networks: Networks, z: Tensor) -> Tensor:
    """One face in all views, uint8 of (views, s, s, 3)."""
    views = networks.shape.views
    pictures = networks.generator(one_hot(torch.arange(views, device=z.device), networks.shape), z.expand(views, -1))
    return from_network(pictures).cpu()


def _row(first: Tensor, others: Tensor) -> Tensor:
    """Pictures side by side, (s, width, 3)."""
    return torch.cat([first, *others], 1)
