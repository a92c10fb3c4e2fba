from __future__ import annotations

from pathlib import Path

import pytest
from trees import read_all, write_picture

from mien.datasets.smic import SMIC
from mien.errors import DatasetError
from mien.labels import MICRO3


def write_clip(root: Path, place: str, frames: range) -> None:
    for frame in frames:
        write_picture(root / place / f"image{frame:06d}.bmp", frame)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    write_clip(tmp_path, "HS/s03/micro/positive/s03_po_11", range(98, 103))
    write_clip(tmp_path, "HS/s03/micro/negative/s03_ne_01", range(4))
    write_clip(tmp_path, "HS/s03/non_micro/s03_non_01", range(4))
    write_clip(tmp_path, "HS/s11/micro/surprise/s11_sur_01", range(3))
    write_clip(tmp_path, "VIS/s11/micro/surprise/s11_sur_01", range(3))
    write_clip(tmp_path, "NIR/s11/micro/surprise/s11_sur_01", range(3))
    return tmp_path


def test_clips_of_each_camera(copy: Path) -> None:
    samples, bad = read_all(SMIC, copy)
    assert bad == []
    assert {name: (sample.split, MICRO3.labels[sample.label], sample.subject) for name, sample in samples.items()} == {
        "HS/s03/micro/negative/s03_ne_01": ("hs", "negative", "s03"),
        "HS/s03/micro/positive/s03_po_11": ("hs", "positive", "s03"),
        "HS/s11/micro/surprise/s11_sur_01": ("hs", "surprise", "s11"),
        "VIS/s11/micro/surprise/s11_sur_01": ("vis", "surprise", "s11"),
        "NIR/s11/micro/surprise/s11_sur_01": ("nir", "surprise", "s11"),
    }
    assert list(read_all(SMIC, copy, "nir")[0]) == ["NIR/s11/micro/surprise/s11_sur_01"]
    positive = samples["HS/s03/micro/positive/s03_po_11"]
    assert [int(frame[0, 0, 0]) for frame in positive.frames()] == [98, 99, 100, 101, 102]
    assert positive.image()[0, 0, 0] == 100
    assert samples["HS/s03/micro/negative/s03_ne_01"].image()[0, 0, 0] == 2


def test_a_person_is_one_whatever_the_folder_is_called(copy: Path) -> None:
    (copy / "HS/s03").rename(copy / "HS/s3")
    samples, _ = read_all(SMIC, copy, "hs")
    assert {sample.subject for sample in samples.values()} == {"s03", "s11"}


def test_bad_clips_take_their_places(copy: Path) -> None:
    (copy / "HS/s03/micro/positive/s03_po_12").mkdir()
    write_clip(copy, "HS/s03/micro/happy/s03_ha_01", range(2))
    samples, bad = read_all(SMIC, copy, "hs")
    assert len(samples) == 3
    for message, part in zip(bad, ("s03_ha_01: not a clip", "s03_po_12: no pictures in this folder"), strict=True):
        assert part in message


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="none of the folders HS, VIS, NIR"):
        list(SMIC.rows(tmp_path))
