"""GENKI-4K and CelebA, which say who smiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.datasets import CELEBA, GENKI4K
from mien.errors import BadSample, DatasetError, UnreadableImage


@pytest.fixture
def genki(tmp_path: Path, noise) -> Path:
    # Pi / 6 is 30 degrees.
    (tmp_path / "labels.txt").write_text("1 -0.5235988 0.0 0.2617994\n0 0.0 0.0872665 0.0\n")
    for number in (1, 2):
        noise(tmp_path / "files" / f"file000{number}.jpg")
    return tmp_path


def test_genki(genki: Path) -> None:
    smiling, serious = GENKI4K.rows(genki)
    assert (smiling.name, smiling.label_set.labels[smiling.label]) == ("files/file0001.jpg", "smiling")
    assert smiling.pose == pytest.approx((-30, 0, 15), abs=1e-4)
    assert serious.label_set.labels[serious.label] == "not smiling"
    assert serious.pose == pytest.approx((0, 5, 0), abs=1e-4)
    assert serious.image().shape == (12, 10, 3)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2 0 0 0", "label 2 is neither"),
        ("1 0 0", "not a smile, yaw, pitch and roll"),
        ("1 0 x 0", "'x' is not a number"),
    ],
)
def test_genki_bad_lines(genki: Path, line: str, message: str) -> None:
    (genki / "labels.txt").write_text(f"1 0 0 0\n{line}\n0 0 0 0\n")
    rows = list(GENKI4K.rows(genki))
    with pytest.raises(BadSample, match=rf"labels\.txt, line 2: {message}"):
        raise rows[1]
    with pytest.raises(UnreadableImage, match=r"labels\.txt, line 3: .*file0003\.jpg: no such file"):
        rows[2].image()


NAMES = ["5_o_Clock_Shadow", *(f"Attribute{i}" for i in range(30)), "Smiling", *(f"More{i}" for i in range(8))]


@pytest.fixture(params=["", "official"])
def celeba(tmp_path: Path, noise, request: pytest.FixtureRequest) -> Path:
    anno, evaluation, images = ("Anno", "Eval", "Img") if request.param else ("", "", "")
    for folder in (anno, evaluation):
        (tmp_path / folder).mkdir(exist_ok=True)
    attributes = ["3", " ".join(NAMES) + " "]
    partition = []
    for i, (smile, part) in enumerate(((1, 0), (-1, 1), (1, 2)), 1):
        values = [-smile] * 31 + [smile] + [-smile] * 8
        attributes.append(f"{i:06d}.jpg " + " ".join(f"{value:2d}" for value in values))
        partition.append(f"{i:06d}.jpg {part}")
        noise(tmp_path / images / "img_align_celeba" / f"{i:06d}.jpg", 218, 178)
    (tmp_path / anno / "list_attr_celeba.txt").write_text("\n".join(attributes) + "\n")
    (tmp_path / evaluation / "list_eval_partition.txt").write_text("\n".join(partition) + "\n")
    return tmp_path


def test_celeba(celeba: Path) -> None:
    rows = list(CELEBA.rows(celeba))
    assert [row.label_set.labels[row.label] for row in rows] == ["smiling", "not smiling", "smiling"]
    assert [row.split for row in rows] == ["train", "val", "test"]
    assert [row.name for row in rows] == ["000001.jpg", "000002.jpg", "000003.jpg"]
    assert rows[2].image().shape == (218, 178, 3)


def test_celeba_lists_that_do_not_belong_together(celeba: Path) -> None:
    (partition,) = celeba.rglob("list_eval_partition.txt")
    lines = partition.read_text().splitlines()
    partition.write_text("\n".join(lines[:2]))
    with pytest.raises(DatasetError, match="not as many pictures"):
        list(CELEBA.rows(celeba))
    partition.write_text("\n".join([lines[0], lines[2], "000003.jpg 3"]))
    _, shifted, strange = CELEBA.rows(celeba)
    assert "list_attr_celeba.txt, line 4: 000002.jpg stands here, 000003.jpg in" in str(shifted)
    assert "list_eval_partition.txt, line 3: not a name and a part" in str(strange)


def test_celeba_bad_attributes(celeba: Path) -> None:
    (attributes,) = celeba.rglob("list_attr_celeba.txt")
    text = attributes.read_text()
    attributes.write_text("\n".join([*text.splitlines()[:2], "000001.jpg 1 -1", *text.splitlines()[3:]]))
    assert "list_attr_celeba.txt, line 3: the attribute Smiling is neither" in str(next(CELEBA.rows(celeba)))
    attributes.write_text(text.replace("Smiling", "Grinning"))
    with pytest.raises(DatasetError, match="no attribute Smiling in line 2"):
        next(CELEBA.rows(celeba))
