"""Reading rendered views, and pairs of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")

from mien.errors import DatasetError, InputError  # noqa: E402
from mien.views import expressions  # noqa: E402
from mien.views.dataset import PICTURES_FILE  # noqa: E402
from mien.views.generator import pairs as module  # noqa: E402
from mien.views.generator.pairs import Material, from_network, read_recordings, to_network  # noqa: E402
from moving_squares import EXPRESSIONS, SIZE, VIEWS, Row, face, picture  # noqa: E402

EXPRESSION_NAMES = [expression.name for expression in expressions.EXPRESSIONS]

MakeViews = Callable[..., Path]


def test_every_picture_is_in_its_place(make_views: MakeViews) -> None:
    """Also where the file has them in another order."""
    recordings = read_recordings(make_views(change=lambda rows: rows[::-1]), SIZE)
    assert recordings.views == VIEWS
    assert recordings.images.shape == (6, 3, SIZE, SIZE, 3)
    assert list(recordings.subjects) == ["p00000"] * 2 + ["p00001"] * 2 + ["p00002"] * 2
    for place in np.ndindex(6, 3):
        assert recordings.faces[place] == pytest.approx(face(place[1]) / SIZE)
        assert np.array_equal(recordings.images[place], picture(place[0] // 2, place[0] % 2, place[1]))


def test_larger_pictures_are_shrunk(make_views: MakeViews) -> None:
    small = read_recordings(make_views(), SIZE // 2).images
    assert small.shape == (6, 3, SIZE // 2, SIZE // 2, 3)
    assert small[5, 0, 0, 7].tolist() == [90, 60, 0]


def test_people_are_held_out_whole(make_views: MakeViews) -> None:
    training, held_out = read_recordings(make_views(), SIZE).split()
    assert set(training.subjects) == {"p00000", "p00001"}
    assert set(held_out.subjects) == {"p00002"}
    assert (len(training.images), len(held_out.images)) == (4, 2)
    assert held_out.images[0, 0, 0, 9].tolist() == [90, 0, 0]


def test_one_person_is_not_enough(make_views: MakeViews) -> None:
    with pytest.raises(DatasetError, match="two people"):
        read_recordings(make_views(people=1), SIZE).split()


def test_pairs_are_of_one_recording(make_views: MakeViews) -> None:
    recordings = read_recordings(make_views(), SIZE)
    material = Material.of(recordings, torch.device("cpu"))
    images = material.images
    rows = torch.arange(18).repeat(20)
    pairs = material.draw_pairs(rows, 1.0, torch.Generator().manual_seed(0))
    assert torch.equal(pairs.first_views, rows % 3)
    assert set(pairs.second_views.tolist()) == {0, 1, 2}
    assert (pairs.weights == 1).all()
    assert pairs.whole.all()
    neutral, squint = (EXPRESSION_NAMES.index(name) for name in EXPRESSIONS)
    assert torch.equal(pairs.expressions, torch.where(rows % 6 < 3, neutral, squint))
    for row, first, second, view in zip(
        rows.tolist(), from_network(pairs.first), from_network(pairs.second), pairs.second_views, strict=True
    ):
        assert torch.equal(first, images[row // 3, row % 3])
        assert torch.equal(second, images[row // 3, view])


def test_faces_weigh_more(make_views: MakeViews) -> None:
    """The white column, 4 of 16 pixels wide, at thrice the weight of the rest; the mean is 1."""
    material = Material.of(read_recordings(make_views(), SIZE), torch.device("cpu"))
    pairs = material.draw_pairs(torch.arange(18), 3.0, torch.Generator().manual_seed(0))
    for weights, view in zip(pairs.weights, pairs.second_views.tolist(), strict=True):
        inside = torch.zeros(SIZE, dtype=torch.bool)
        inside[5 * view : 5 * view + 4] = True
        assert weights[0, inside].tolist() == pytest.approx([2.0] * 4)
        assert weights[0, ~inside].tolist() == pytest.approx([2 / 3] * 12)


def test_pictures_without_their_rim(make_views: MakeViews) -> None:
    """Of 16 pixels 4 go above and 2 on each side."""
    recordings = read_recordings(make_views(), 12, rim=0.25)
    for place in np.ndindex(6, 3):
        whole = picture(place[0] // 2, place[0] % 2, place[1])
        assert np.array_equal(recordings.images[place], whole[4:, 2:14])
        x1, y1, x2, y2 = face(place[1])
        assert recordings.faces[place] * 12 == pytest.approx(np.array((x1 - 2, y1 - 4, x2 - 2, y2 - 4)))


def test_grey_levels() -> None:
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(1, 1, 1, 3)
    pictures = to_network(images)
    assert pictures.shape == (1, 3, 1, 1)
    assert pictures.ravel().tolist() == pytest.approx([-1, -0.6, 1])
    levels = torch.arange(256, dtype=torch.uint8).reshape(16, 16, 1).expand(16, 16, 3)
    assert torch.equal(from_network(to_network(levels)), levels)


def damage(rows: list[Row]) -> list[Row]:
    rows[4]["image"] = b"no picture"
    return rows


def rename(rows: list[Row]) -> list[Row]:
    rows[4]["view"] = 30
    return rows


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[:4] + rows[5:], "the view at 0 degrees of p00000, squint, is missing"),
        (damage, "the view at 0 degrees of p00000, squint, cannot be read"),
        (rename, "the view at 30 degrees of p00000, squint, is one that .* has no place for"),
        (lambda rows: [*rows, rows[4]], "the view at 0 degrees of p00000, squint, is one that"),
        (lambda rows: [{"subject": "p00000"}], "lacks the column expression, image, landmarks, view"),
    ],
)
def test_data_that_is_not_whole(make_views: MakeViews, change: Callable[[list[Row]], list[Row]], reason: str) -> None:
    with pytest.raises(DatasetError, match=reason):
        read_recordings(make_views(change=change), SIZE)


def test_no_pictures(make_views: MakeViews) -> None:
    folder = make_views()
    (folder / PICTURES_FILE).write_bytes(b"not Parquet")
    with pytest.raises(DatasetError, match="not rendered views"):
        read_recordings(folder, SIZE)
    (folder / PICTURES_FILE).unlink()
    with pytest.raises(DatasetError, match="not all views are rendered yet"):
        read_recordings(folder, SIZE)


def test_pictures_that_are_too_small(make_views: MakeViews) -> None:
    with pytest.raises(InputError, match="16 pixels a side, and 32 are needed"):
        read_recordings(make_views(), 32)


def test_a_rim_makes_them_smaller(make_views: MakeViews) -> None:
    with pytest.raises(InputError, match="12 pixels a side, and 16 are needed"):
        read_recordings(make_views(), SIZE, rim=0.25)


def test_more_than_fits(make_views: MakeViews, monkeypatch: pytest.MonkeyPatch) -> None:
    """18 pictures of 768 bytes."""
    folder = make_views()
    monkeypatch.setattr(module, "MEMORY_LIMIT", 18 * 768)
    read_recordings(folder, SIZE)
    monkeypatch.setattr(module, "MEMORY_LIMIT", 18 * 768 - 1)
    with pytest.raises(InputError, match="18 pictures of 16 pixels"):
        read_recordings(folder, SIZE)
