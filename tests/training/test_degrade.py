"""Faces are made worse as real encoders and resizing make them; Pillow says how."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from mien.training.degrade import compress, degrade, lower_resolution


@pytest.fixture(scope="module")
def face(astronaut: np.ndarray) -> np.ndarray:
    """A grey face of 48x48, uint8."""
    return np.asarray(Image.fromarray(astronaut[60:180, 160:280]).convert("L").resize((48, 48), Image.Resampling.BOX))


def tensor(*faces: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.stack(faces))[:, None].float() / 255


@pytest.mark.parametrize("quality", [10, 25, 50, 75, 95])
@pytest.mark.parametrize("side", [48, 44])
def test_compression_is_that_of_jpeg(face: np.ndarray, quality: int, side: int) -> None:
    face = face[:side, :side]
    file = io.BytesIO()
    Image.fromarray(face).save(file, "JPEG", quality=quality)
    theirs = np.asarray(Image.open(file)).astype(int)
    ours = (compress(tensor(face), torch.tensor([float(quality)]))[0, 0] * 255).round().int().numpy()
    difference = np.abs(ours - theirs)
    assert difference.max() <= 6  # integer arithmetic rounds some cosines to the next multiple
    assert difference.mean() < 0.5
    assert np.abs(theirs - face).mean() > 3 * difference.mean()


def test_each_face_has_a_quality_of_its_own(face: np.ndarray) -> None:
    both = compress(tensor(face, face), torch.tensor([10.0, 90.0]))
    bad, good = ((both[i, 0] * 255 - torch.from_numpy(face.copy())).abs().mean() for i in range(2))
    assert bad > 3 * good > 0


def test_lower_resolution_is_that_of_resizing(face: np.ndarray) -> None:
    small = Image.fromarray(face).resize((24, 24), Image.Resampling.BILINEAR)
    theirs = np.asarray(small.resize((48, 48), Image.Resampling.BILINEAR)).astype(float)
    ours = lower_resolution(tensor(face), 24)[0, 0].numpy() * 255
    assert np.abs(ours - theirs).max() <= 2  # Pillow rounds in between


def test_the_share_and_the_ways_are_as_asked(face: np.ndarray) -> None:
    faces = tensor(*[face] * 3000)
    worse = degrade(faces, 0.3, torch.Generator().manual_seed(0))
    changed = (worse != faces).flatten(1).any(1)
    assert float(changed.float().mean()) == pytest.approx(0.3, abs=0.03)
    values = worse[changed] * 255
    # Darkness takes half of the light at least; compression leaves whole grey levels, noise and resizing do not.
    dark = values.flatten(1).mean(1) < 0.51 * 255 * faces[0].mean()
    assert float(dark.float().mean()) == pytest.approx(1 / 4, abs=0.05)
    whole = (values - values.round()).abs().flatten(1).amax(1) < 1e-3
    assert bool(whole[dark].all())
    assert float((whole & ~dark).float().mean()) == pytest.approx(1 / 4, abs=0.05)
    rest = values[~whole]
    rough = (rest[:, :, 1:] - rest[:, :, :-1]).abs().flatten(1).mean(1)
    plain = (faces[:1, :, 1:] - faces[:1, :, :-1]).abs().mean() * 255
    assert float((rough < plain).float().mean()) == pytest.approx(1 / 2, abs=0.07)  # smoother or noisier


def test_same_chance_same_faces(face: np.ndarray) -> None:
    faces = tensor(*[face] * 50)
    first, second = (degrade(faces, 0.5, torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(first, second)
    assert torch.equal(degrade(faces, 0.0, torch.Generator()), faces)
