"""What must hold of every data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.datasets import ALL, READERS, Reader, find_reader
from mien.errors import DatasetError, UnknownName


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_published_counts_fit_splits_and_labels(reader: Reader) -> None:
    assert set(reader.published) <= set(reader.splits or (ALL,))
    for split, counts in reader.published.items():
        labels = set(counts) - {""}
        assert not labels or reader.label_set is not None
        assert labels <= set(() if reader.label_set is None else reader.label_set.labels), split
        assert sum(counts[label] for label in labels) <= counts.get("", sum(counts.values()))


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_what_is_no_copy_is_said_to_be_none(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere: no such file or folder"):
        reader.rows(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match=str(tmp_path)):
        raise next(row for row in reader.rows(tmp_path) if isinstance(row, DatasetError))


def test_names_are_looked_up() -> None:
    assert find_reader("kdef:some/where") == (READERS["kdef"], Path("some/where"))
    with pytest.raises(UnknownName, match="did you mean 'rafdb'"):
        find_reader("rafdbb:x")


def test_readers_do_not_share_names() -> None:
    assert all(name == reader.name for name, reader in READERS.items())
