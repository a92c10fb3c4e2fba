"""How training faces are varied, as data. Needs no PyTorch; `mien.training.augment` does what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Augmentation:
    """How a training face is varied each time it is seen.

    Attributes
    ----------
    rotation : float
        Largest turn to either side, in degrees.
    scale : float
        Largest relative change of size, the same on both axes.
    shift : float
        Largest move along each axis from the centre, in pixels of the stored picture; only where `placement` is
        ``continuous``.
    contrast, brightness : float
        Largest relative change of contrast; of brightness as a share of the grey range.
    erase : float
        Probability that a rectangle is painted over (Zhong et al. 2020, "Random Erasing").
    degrade : float
        Probability that a face is made worse, by resolution, noise, compression or darkness: see
        `mien.training.degrade`.
    flip : bool
        Whether half of the faces are mirrored.
    shear : float
        Largest shear along each axis: how far a row moves sideways, and a column up or down, per pixel of its distance
        from the centre (the tangent of the angle).
    stretch : float
        Largest relative change of size of each axis by itself.
    placement : {"continuous", "pixels", "corners", "whole-and-corners"}
        Where the crop lies: about the centre, moved by `shift`; at whole pixels anywhere in the frame; in one of the
        four corners or the centre (Jeon et al. 2016); in one of the four corners, or the whole face made as small as
        the crop (Kim et al. 2016).
    padding : {"border", "reflect"}
        What lies outside of the picture: its edge continued, or its mirror image.
    interpolation : {"bilinear", "bicubic"}
        How pixels are resampled where they must be.
    """

    rotation: float = 10.0
    scale: float = 0.1
    shift: float = 2.0
    contrast: float = 0.25
    brightness: float = 0.08
    erase: float = 0.2
    degrade: float = 0.0
    flip: bool = True
    shear: float = 0.0
    stretch: float = 0.0
    placement: Literal["continuous", "pixels", "corners", "whole-and-corners"] = "continuous"
    padding: Literal["border", "reflect"] = "border"
    interpolation: Literal["bilinear", "bicubic"] = "bicubic"


NONE = Augmentation(rotation=0, scale=0, shift=0, contrast=0, brightness=0, erase=0, flip=False)
"""Every face as it is: the centre crop."""

LIGHT = Augmentation(rotation=8, scale=0.08, shift=2, contrast=0.15, brightness=0, erase=0, interpolation="bilinear")
"""For networks that would rather learn too little than too much."""
