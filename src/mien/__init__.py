"""mien reads facial expressions.

It finds every face in a photo, straightens it and says how likely each expression is::

    import mien

    for face in mien.analyze("photo.jpg"):
        print(face.box, face.label, face.probability("happy"))
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, overload

from mien.errors import MienError
from mien.faces import Face, Faces
from mien.labels import LABEL_SETS, LabelSet

if TYPE_CHECKING:
    from mien.acquire import ImageSource
    from mien.analyzer import Analyzer

__version__ = "0.1.0"
__all__ = ["LABEL_SETS", "Analyzer", "Face", "Faces", "LabelSet", "MienError", "analyze"]


def __getattr__(name: str) -> Any:
    """Load the analyzer, and with it OpenCV and onnxruntime, when it is first asked for: importing mien is quick."""
    if name == "Analyzer":
        from mien.analyzer import Analyzer

        return Analyzer
    raise AttributeError(f"module 'mien' has no attribute {name!r}")


@lru_cache(maxsize=1)
def _default_analyzer() -> Analyzer:
    from mien.analyzer import Analyzer

    return Analyzer()


@overload
def analyze(source: list[Any] | tuple[Any, ...]) -> list[Faces]: ...


@overload
def analyze(source: ImageSource) -> Faces: ...


def analyze(source: Any) -> Any:
    """Read the faces of a picture, or of each picture of a list, with the default model.

    See `Analyzer.analyze`; make an `Analyzer` of your own for another model, label set or number of threads.
    """
    return _default_analyzer().analyze(source)
