"""The road for many callers at once: pictures are decoded and searched side by side, faces read together."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import cv2

from mien.acquire import read_image
from mien.analyzer import Analyzer, FoundFaces
from mien.faces import Faces
from mien.models import Model, ModelCard, load_model
from mien.service.metrics import BATCH, FACES, PICTURES, WAITING
from mien.service.problems import Problem
from mien.service.settings import Settings

MAX_PIXELS = 50_000_000
"""Of one picture."""

MAX_WAITING = 128
"""Pictures that wait or are worked on; more are turned away."""

RETRY_AFTER = 2  # seconds: about what so many pictures take


@dataclass(frozen=True)
class Options:
    """What a caller can choose; what is None is as the service has it.

    Attributes
    ----------
    model : str or None
        Name of a model that the service offers.
    label_set : str or None
        What to call the expressions.
    crops : int
        Crops of each face that are read and averaged.
    min_score : float
        Least confidence of a detection.
    """

    model: str | None = None
    label_set: str | None = None
    crops: int = 1
    min_score: float = 0.6


_Waiting = tuple[FoundFaces, "asyncio.Future[Faces]"]


class Engine:
    """Reads pictures for all requests.

    Parameters
    ----------
    settings : Settings
        Its models and how many workers it has.

    Attributes
    ----------
    default_model : str
        Name of the model for those who do not choose.
    sources : dict from str to str
        For each model's name, what `load_model` takes.

    Raises
    ------
    UnknownName, ModelError
        If a model does not exist or is damaged.

    Notes
    -----
    While the network runs, found faces gather; when it is done, all that gathered go through it together. So a lone
    request never waits, and the batches grow by themselves when many come.
    """

    def __init__(self, settings: Settings) -> None:
        loaded = [load_model(name, threads=1) for name in settings.models]
        self._models: dict[str, Model] = {model.card.name: model for model in loaded}
        self.default_model = loaded[0].card.name
        self.sources = {model.card.name: name for model, name in zip(loaded, settings.models, strict=True)}
        cv2.setNumThreads(1)  # pictures are worked on side by side; threads for each would be in each other's way
        self._finders = ThreadPoolExecutor(settings.workers, "mien-find")
        self._reader = ThreadPoolExecutor(1, "mien-read")
        self._gathered: dict[Analyzer, list[_Waiting]] = defaultdict(list)
        self._reading: asyncio.Task[None] | None = None
        self._waiting = 0
        self._analyzer = lru_cache(maxsize=32)(self._make_analyzer)

    @property
    def cards(self) -> list[ModelCard]:
        """Of the models it offers."""
        return [model.card for model in self._models.values()]

    def model(self, name: str) -> Model:
        """A model that it offers; raises `Problem`."""
        if name not in self._models:
            offered = ", ".join(self._models)
            raise Problem(422, "unknown_name", f"no model is named {name!r} here; there are: {offered}")
        return self._models[name]

    def analyzer(self, options: Options) -> Analyzer:
        """The road for these options, for those who need it whole; raises `Problem` or `InputError`."""
        return self._analyzer(options)

    def _make_analyzer(self, options: Options) -> Analyzer:
        model = self.model(options.model or self.default_model)
        return Analyzer(model, label_set=options.label_set, crops=options.crops, min_score=options.min_score)

    @contextmanager
    def admit(self, pictures: int) -> Iterator[None]:
        """Take so many pictures in, or none of them.

        Raises
        ------
        Problem
            If too many wait already.
        """
        if self._waiting + pictures > MAX_WAITING:
            headers = {"Retry-After": str(RETRY_AFTER)}
            raise Problem(503, "overloaded", "too many pictures are waiting; try again in a moment", headers)
        self._waiting += pictures
        WAITING.set(self._waiting)
        try:
            yield
        finally:
            self._waiting -= pictures
            WAITING.set(self._waiting)

    async def analyze(self, picture: bytes, options: Options) -> Faces:
        """Read the faces of an admitted picture.

        Raises
        ------
        UnreadableImage
            If it is none.
        Problem, InputError
            If the options do not fit.
        """
        analyzer = self.analyzer(options)
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._finders, _find, analyzer, picture)
        future: asyncio.Future[Faces] = loop.create_future()
        self._gathered[analyzer].append((found, future))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_gathered())
        faces = await future
        PICTURES.inc()
        FACES.inc(len(faces))
        return faces

    async def _read_gathered(self) -> None:
        loop = asyncio.get_running_loop()
        while self._gathered:
            analyzer, waiting = self._gathered.popitem()
            BATCH.observe(len(waiting))
            try:
                results = await loop.run_in_executor(self._reader, analyzer.read, [found for found, _ in waiting])
            except Exception as error:  # each of those who wait has to learn of it
                for _, future in waiting:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), faces in zip(waiting, results, strict=True):
                if not future.done():  # its caller may be gone
                    future.set_result(faces)

    def close(self) -> None:
        """End the threads."""
        self._finders.shutdown(cancel_futures=True)
        self._reader.shutdown(cancel_futures=True)


def _find(analyzer: Analyzer, picture: bytes) -> FoundFaces:
    return analyzer.find(read_image(picture, max_pixels=MAX_PIXELS))
