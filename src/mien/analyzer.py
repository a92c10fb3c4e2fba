"""The road a face takes: picture, boxes and landmarks, upright crops, probabilities, `Faces`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from mien.acquire import ImageSource, expand_sources, read_image
from mien.align import align_faces
from mien.detect import Detections, Detector, get_detector
from mien.errors import BatchError, InputError, MienError
from mien.faces import Faces
from mien.labels import LabelSet, get_label_set
from mien.models import Model, load_model
from mien.turning import Turner
from mien.turning.frontal import Fronts, hear_both
from mien.turning.frontal import frontalise as show_from_the_front

CHUNK = 32
"""Pictures whose faces go through the network together."""


@dataclass(frozen=True, eq=False)
class FoundFaces:
    """The faces of one picture before they are read.

    Attributes
    ----------
    detections : Detections
        Where they are.
    crops : ndarray of uint8, shape (n, frame, frame)
        They themselves, upright and grey, as the analyzer's model takes them.
    fronts : Fronts or None
        Those that are turned, from the front, where the analyzer turns faces.
    image_size : tuple of int
        Width and height of the picture.
    """

    detections: Detections
    crops: npt.NDArray[np.uint8]
    fronts: Fronts | None
    image_size: tuple[int, int]


class Analyzer:
    """Keeps a detector and a model loaded. Safe to share between threads.

    Parameters
    ----------
    model : str, Path or Model
        Name of a model, the path of a card, or a model that is loaded already.
    detector : str or Detector
        ``"yunet"``, ``"opencv"`` or any object with a ``detect`` method.
    label_set : str or LabelSet, optional
        What to call the expressions: ``"ekman7"``, ``"ferplus8"`` or ``"five"``. By default what the model prefers.
    crops : {1, 2, 5, 10}
        Crops of each face that are read and averaged. Two, the face and its mirror image, are about as accurate as ten,
        a little more than one.
    min_score : float
        Detections below this confidence are left out, 0 to 1; a detector of your own has its own threshold.
    threads : int
        Pictures of a list that are worked on at the same time, and threads of a network run.
    frontalise : bool, str, Path or Turner
        Whether faces that are turned to a side (`mien.turning.frontal.TURNED`) are read from the front that a generator
        shows, too; another than the package's is given itself or by its card. What is said of boxes, landmarks and pose
        is that of the picture.

    Raises
    ------
    UnknownName, ModelError, InputError
        If one of these does not exist, is damaged or does not fit.
    """

    def __init__(
        self,
        model: str | Path | Model = "mien",
        detector: str | Detector = "yunet",
        label_set: str | LabelSet | None = None,
        *,
        crops: int = 1,
        min_score: float = 0.6,
        threads: int = 1,
        frontalise: bool | str | Path | Turner = False,
    ) -> None:
        if threads < 1:
            raise InputError(f"threads must be at least 1, not {threads}")
        self._model = model if isinstance(model, Model) else load_model(model, threads)
        if crops not in self._model.crop_counts:
            known = " or ".join(map(str, self._model.crop_counts))
            raise InputError(f"crops must be {known} for model {self._model.card.name!r}, not {crops}")
        self.label_set = self._model.label_set if label_set is None else get_label_set(label_set)
        self._unsure_below = self._model.choose_head(self.label_set).unsure_below
        self.detector = get_detector(detector, min_score=min_score)
        if frontalise is True:
            frontalise = Turner()
        self._turner = Turner(frontalise) if isinstance(frontalise, (str, Path)) else frontalise or None
        self._crops = crops
        self._threads = threads

    @property
    def model_name(self) -> str:
        """Name of the model, as its card has it."""
        return self._model.card.name

    @overload
    def analyze(self, source: list[Any] | tuple[Any, ...]) -> list[Faces]: ...

    @overload
    def analyze(self, source: ImageSource) -> Faces: ...

    def analyze(self, source: ImageSource | list[Any] | tuple[Any, ...]) -> Faces | list[Faces]:
        """Read the faces of a picture, or of each picture of a list.

        Parameters
        ----------
        source : path, bytes, file object, PIL image, array, or a list of them
            The picture. An array is RGB uint8 of shape (h, w, 3). In a list, folders and patterns with ``*`` stand for
            the pictures they hold.

        Returns
        -------
        Faces or list of Faces
            One for a picture; for a list, one each in the same order. No face is an empty `Faces`.

        Raises
        ------
        UnreadableImage
            If the picture cannot be read.
        BatchError
            If pictures of a list cannot be read; it carries the results of the others.
        """
        if not isinstance(source, (list, tuple)):
            return self.read([self.find(source)])[0]
        results = [result for _, result in self.stream(source)]
        faces = [result for result in results if isinstance(result, Faces)]
        if len(faces) < len(results):
            raise BatchError(results)
        return faces

    def read_detected(self, image: npt.NDArray[np.uint8], detections: Detections) -> Faces:
        """Read faces that were found already.

        Parameters
        ----------
        image : ndarray of uint8, shape (h, w, 3)
            Upright RGB.
        detections : Detections
            Where its faces are.

        Returns
        -------
        Faces
            In the order of `detections`.
        """
        return self.read([self._align(image, detections)])[0]

    def stream(self, sources: Sequence[ImageSource]) -> Iterator[tuple[ImageSource, Faces | MienError]]:
        """Read many pictures, in order, in bounded memory; a picture that fails yields its error."""
        with ThreadPoolExecutor(self._threads) as pool:
            pictures = iter(expand_sources(sources))
            while chunk := list(islice(pictures, CHUNK)):
                found = list(pool.map(self._try_to_find, chunk))
                read = iter(self.read([f for f in found if isinstance(f, FoundFaces)]))
                for source, outcome in zip(chunk, found, strict=True):
                    yield source, next(read) if isinstance(outcome, FoundFaces) else outcome

    def find(self, source: ImageSource) -> FoundFaces:
        """Find the faces of a picture without reading them; raises `UnreadableImage`."""
        image = read_image(source)
        return self._align(image, self.detector.detect(image))

    def read(self, pictures: list[FoundFaces]) -> list[Faces]:
        """Run the network over the faces of all pictures together and hand each picture its own."""
        if not pictures:
            return []
        probabilities = self._read_crops([picture.crops for picture in pictures])
        ends = np.cumsum([len(picture.crops) for picture in pictures])
        fronts = [(start, p.fronts) for start, p in zip((0, *ends), pictures, strict=False) if p.fronts is not None]
        if any(len(front.rows) for _, front in fronts):
            turned = np.concatenate([start + front.rows for start, front in fronts])
            from_the_front = self._read_crops([front.crops for _, front in fronts])
            probabilities[turned] = hear_both(probabilities[turned], from_the_front)
        return [
            Faces(
                boxes=picture.detections.boxes,
                detection_scores=picture.detections.scores,
                landmarks=picture.detections.landmarks,
                probabilities=part,
                label_set=self.label_set,
                image_size=picture.image_size,
                unsure_below=self._unsure_below,
            )
            for picture, part in zip(pictures, np.split(probabilities, ends[:-1]), strict=True)
        ]

    def _read_crops(self, crops: list[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        return self._model.probabilities(np.concatenate(crops), self.label_set, self._crops)

    def _align(self, image: npt.NDArray[np.uint8], detections: Detections) -> FoundFaces:
        settings = self._model.card.input
        crops = align_faces(image, detections.landmarks, settings.frame, settings.margin)
        fronts = None
        if self._turner is not None:
            fronts = show_from_the_front(image, detections, self._turner, settings.frame, settings.margin)
        return FoundFaces(detections, crops, fronts, (image.shape[1], image.shape[0]))

    def _try_to_find(self, source: ImageSource) -> FoundFaces | MienError:
        try:
            return self.find(source)
        except MienError as error:
            return error
