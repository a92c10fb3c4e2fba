from __future__ import annotations

from dataclasses import replace

from mien.bench.table import Row, markdown_table, ranked

ROW = Row("net", "network", "ekman7", 0.5, 0.512, 0.49, 0.4, 5_008_295, 18_200_000, 1234.5, 60, 60)


def test_cells_by_hand() -> None:
    cells = ("net", "ekman7", "50.0%", "51.2%", "49.0%", "40.0%", "5.01 M", "18.2 M", "1,234", "60")
    assert ROW.cells() == cells


def test_a_training_cut_short_is_marked() -> None:
    cells = replace(ROW, epochs=3).cells()
    assert cells[0] == "net*"
    assert cells[-1] == "3 of 60"
    assert replace(ROW, epochs=None, epochs_of_recipe=None).cells()[-1] == "-"


def test_best_first_within_each_label_set() -> None:
    rows = [
        replace(ROW, system="five", label_set="five", accuracy=0.9),
        replace(ROW, system="low", accuracy=0.4, ten_crops=None),
        replace(ROW, system="none", accuracy=None, ten_crops=None),
        ROW,
    ]
    assert [row.system for row in ranked(rows)] == ["net", "low", "none", "five"]


def test_markdown_is_a_table() -> None:
    lines = markdown_table([ROW]).splitlines()
    assert len(lines) == 3
    assert {line.count("|") for line in lines} == {11}
