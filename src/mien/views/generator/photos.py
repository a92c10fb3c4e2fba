"""Photos of real people beside the rendered ones: each is one view of somebody, and the others are not known.

So the encoder and the generator come to know real faces. Tian et al. (section 3.3) learn from such pictures what they
look like in their own view; turned by an average head (`mien.turning.Turns`) they say of other views as much as can
be seen of them. Views are those of the detector's landmarks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from mien.datasets import ALL, find_reader, read_data
from mien.detect import get_detector
from mien.detect.crops import find_in_crop
from mien.errors import DatasetError
from mien.pose import estimate_pose
from mien.turning import Framing, Turns, cut_faces
from mien.views.generator.paths import UNKNOWN, Pairs

TURNED = 0.7
"""How many photos of a batch are turned."""

FARTHEST = 5
"""By how many views at most."""

TURNED_WEIGHT = 2.0
"""What a pixel that is seen in both views counts: about as much as one of a face in a whole picture."""

SKIN = (-0.25, 0.0, 0.3)
"""Grey levels to these powers more than 1 are red, green and blue as skin and hair have them."""


@dataclass(frozen=True, eq=False)
class Photos:
    """Grey photos, framed as the generator's pictures are.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, s, s)
        The faces.
    views : ndarray of int64, shape (n,)
        Numbers of the views that they are nearest to.
    """

    images: npt.NDArray[np.uint8]
    views: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.images)


def read_crops(specs: Sequence[str], skip_bad: bool = False) -> npt.NDArray[np.uint8]:
    """The faces of data sets, grey of (n, c, c); of those that have official parts, the one to train on.

    `specs` are ``name:path``, `skip_bad` is as for `mien.datasets.read_data`, which says what is raised.
    """
    parts = []
    for spec in specs:
        reader, _ = find_reader(spec)
        parts.append(read_data(spec, reader.splits[0] if len(reader.splits) > 1 else ALL, skip_bad=skip_bad).images)
    return np.concatenate(parts)


def cut_photos(crops: npt.NDArray[np.uint8], framing: Framing, side: int, yaws: Sequence[int]) -> Photos:
    """Crops of a data set as a generator frames them, straightened.

    Parameters
    ----------
    crops : ndarray of uint8, shape (n, c, c)
        Grey faces.
    framing : Framing
        Of the generator.
    side : int
        Of its pictures, pixels.
    yaws : sequence of int
        Its views, degrees.

    Returns
    -------
    Photos
        Those in which a face is found; where the frame reaches over the crop, its edge is continued.

    Raises
    ------
    DatasetError
        If there is none.
    """
    detector = get_detector("yunet")
    images, views = [], []
    for crop in crops:
        photo, found = find_in_crop(crop, detector)
        yaw = estimate_pose(found.landmarks, found.boxes)[:, 0]
        if np.isfinite(yaw).all() and len(found):
            images.append(cut_faces(photo, found, framing, side)[0, ..., 0])
            views.append(np.abs(np.array(yaws) - yaw).argmin())
    if not images:
        raise DatasetError(f"in none of {len(crops)} photos a face was found whose view can be told")
    return Photos(np.stack(images), np.array(views, np.int64))


class PhotoMaterial(NamedTuple):
    """Photos on the device where they are learnt from, and how they are turned.

    `images` and `views` are those of `Photos`, `places` and `seen` those of `Turns`; `weights` are those of the pixels,
    (views, s, s), of a photo in each view that is not turned.
    """

    images: Tensor
    views: Tensor
    places: Tensor
    seen: Tensor
    weights: Tensor

    @classmethod
    def of(cls, photos: Photos, turns: Turns, weights: Tensor) -> PhotoMaterial:
        """All of them, on the device where the weights are."""
        arrays = (photos.images, photos.views, turns.places, turns.seen)
        images, views, places, seen = (torch.from_numpy(array).to(weights.device) for array in arrays)
        return cls(images, views, places, seen, weights)

    def draw_pairs(self, n: int, chance: torch.Generator) -> Pairs:
        """Photos drawn at random, and each as far as it is known in another view, or as it is.

        Half of them are seen in a mirror, and all are tinted. `chance` is on the CPU.
        """
        views, device = len(self.seen), self.images.device
        rows = torch.randint(len(self.images), (n,), generator=chance).to(device)
        mirrored, turned = (torch.rand(n, generator=chance).to(device) < share for share in (0.5, TURNED))
        by = torch.randint(-FARTHEST, FARTHEST + 1, (n,), generator=chance).to(device)
        tint = torch.rand(n, 1, 1, 1, generator=chance).to(device) * torch.tensor(SKIN, device=device)[:, None, None]
        grey, first = self.images[rows].float() / 255, self.views[rows]
        grey = torch.where(mirrored[:, None, None], grey.flip(-1), grey)
        first = torch.where(mirrored, views - 1 - first, first)
        second = torch.where(turned, (first + by).clamp(0, views - 1), first)
        pictures = 2 * grey[:, None] ** (1 + tint) - 1
        made = F.grid_sample(pictures, self.places[first, second], align_corners=False)
        whole = second == first
        return Pairs(
            pictures,
            first,
            torch.where(whole[:, None, None, None], pictures, made),
            second,
            torch.where(whole[:, None, None], self.weights[first], TURNED_WEIGHT * self.seen[first, second]),
            torch.full_like(first, UNKNOWN),
            whole,
        )
