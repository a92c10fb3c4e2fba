"""What was found in many pictures, as a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mien.drawing.palette import colour_of
from mien.errors import MienError, UnreadableImage
from mien.faces import Face, Faces

_HEADINGS = ("#", "size and place", "expression", "", "", "runner-up")
_BAR = 3
"""The column of `_HEADINGS` with the probability as a bar."""
_BAR_WIDTH = 6
_GAP = 1


def faces_table(results: Iterable[tuple[str, Faces | MienError]]) -> Table:
    """One row a face, and one for each picture that has none or that failed.

    Parameters
    ----------
    results : iterable of (str, Faces or MienError)
        The name of each picture and what became of it.

    Returns
    -------
    rich.table.Table
        Fits into 80 columns, with long picture names folded, and can be printed to a file as well.
    """
    results = list(results)
    words = [_words(i, face) for _, found in results if isinstance(found, Faces) for i, face in enumerate(found)]
    widths = [max(map(cell_len, column)) for column in zip(_HEADINGS, *words, strict=True)]
    widths[_BAR] = _BAR_WIDTH

    # The faces of a picture are a grid inside one cell, so that a message can have the whole width instead.
    # Equal widths make all these grids look like one table.
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("picture", overflow="fold")
    table.add_column(_grid([_HEADINGS], widths), width=sum(widths) + _GAP * (len(widths) - 1))
    for name, found in results:
        if isinstance(found, MienError):
            # The name of the picture already stands in the row.
            reason = found.reason if isinstance(found, UnreadableImage) else str(found)
            table.add_row(Text(name), Text(reason), style="red")
        elif not len(found):
            table.add_row(Text(name), Text("no face found"), style="dim")
        else:
            table.add_row(Text(name), _grid([_cells(i, face) for i, face in enumerate(found)], widths))
    return table


def _grid(rows: Iterable[Sequence[RenderableType]], widths: Sequence[int]) -> Table:
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    for width in widths:
        grid.add_column(width=width, no_wrap=True)
    for row in rows:
        grid.add_row(*row)
    return grid


def _cells(index: int, face: Face) -> list[RenderableType]:
    """One cell a column, in the colour of the expression."""
    number, place, label, _, percent, runner_up = _words(index, face)
    colour = "rgb({},{},{})".format(*colour_of(face.label))
    bar = ProgressBar(
        total=1,
        completed=face.probability(face.label),
        width=_BAR_WIDTH,
        complete_style=colour,
        finished_style=colour,
    )
    return [Text(number), Text(place), Text(label, colour), bar, Text(percent), Text(runner_up, "dim")]


def _words(index: int, face: Face) -> tuple[str, str, str, str, str, str]:
    """What stands in each column; nothing in that of the bar."""
    x1, y1, x2, y2 = face.box.tolist()
    second = int(face.probabilities.argsort()[-2])
    return (
        str(index + 1),
        f"{x2 - x1:.0f}x{y2 - y1:.0f} at {x1:.0f},{y1:.0f}",
        f"{face.label}?" if face.unsure else face.label,
        "",
        f"{face.probability(face.label):4.0%}",
        f"{face.label_set.labels[second]} {face.probabilities[second]:.0%}",
    )
