"""Data sets, one reader a file, all yielding `Sample`; `read_data` gathers one split of one as `FaceData`."""

from __future__ import annotations

from pathlib import Path

from mien.datasets.affectnet import AFFECTNET
from mien.datasets.bp4d import BP4D
from mien.datasets.casme2 import CASME2
from mien.datasets.celeba import CELEBA
from mien.datasets.ckplus import CKPLUS
from mien.datasets.ckplus48 import CKPLUS48
from mien.datasets.data import FaceData
from mien.datasets.disfa import DISFA
from mien.datasets.emotiw import AFEW, SFEW
from mien.datasets.fer2013 import FER2013
from mien.datasets.ferplus_files import FERPLUS
from mien.datasets.folders import FOLDERS
from mien.datasets.gemep import GEMEP_AU, GEMEP_EMOTION
from mien.datasets.genki import GENKI4K
from mien.datasets.jaffe import JAFFE
from mien.datasets.kdef import AKDEF, KDEF
from mien.datasets.listing import LISTING
from mien.datasets.meld import MELD
from mien.datasets.multipie import MULTIPIE
from mien.datasets.rafd import RAFD
from mien.datasets.rafdb import RAFDB, RAFDB_COMPOUND
from mien.datasets.reader import ALL, Reader
from mien.datasets.samm import SAMM
from mien.datasets.sample import Pose, Sample
from mien.datasets.scface import SCFACE
from mien.datasets.smic import SMIC
from mien.datasets.unbc import UNBC
from mien.datasets.views import VIEWS, VIEWS_MULTIPIE6
from mien.errors import InputError, UnknownName

_STILLS = (
    *(FER2013, FERPLUS, AFFECTNET, RAFDB, RAFDB_COMPOUND, CKPLUS, CKPLUS48, JAFFE, KDEF, AKDEF, RAFD),
    *(SFEW, AFEW, GENKI4K, CELEBA, SCFACE),
)
_CLIPS = (CASME2, SAMM, SMIC, MELD, GEMEP_EMOTION)
_CODED = (UNBC, DISFA, BP4D, GEMEP_AU, MULTIPIE)
_OWN = (VIEWS, VIEWS_MULTIPIE6, FOLDERS, LISTING)

READERS = {reader.name: reader for reader in (*_STILLS, *_CLIPS, *_CODED, *_OWN)}
"""Readers by the name before the colon of ``--data``."""

__all__ = ["ALL", "READERS", "FaceData", "Pose", "Reader", "Sample", "find_reader", "read_data"]


def find_reader(spec: str) -> tuple[Reader, Path]:
    """The reader and the path that ``name:path`` stands for.

    Raises
    ------
    InputError, UnknownName
        If `spec` has no colon or no reader has this name.
    """
    name, colon, path = spec.partition(":")
    if not colon or not path:
        raise InputError(f"data must be given as name:path, for example fer2013:fer2013.csv, not {spec!r}")
    if name not in READERS:
        raise UnknownName("data set", name, READERS)
    return READERS[name], Path(path)


def read_data(
    spec: str, split: str, *, skip_bad: bool = False, clips: bool = False, landmarks: bool = False
) -> FaceData:
    """Read one split of a data set named as on the command line.

    Parameters
    ----------
    spec : str
        ``"name:path"``, for example ``"fer2013:fer2013.csv"``.
    split : str
        Which part: one of the reader's `splits`, or ``"all"``.
    skip_bad : bool
        Leave out and count bad samples (`FaceData.skipped`) instead of raising the first error.
    clips, landmarks : bool
        Whether samples must be clips, or have landmarks: see `mien.datasets.gather.gather`.

    Raises
    ------
    InputError, UnknownName, DatasetError
        If `spec` has no colon, the name is unknown, or the copy cannot be read.
    """
    from mien.datasets.gather import gather  # which needs the detector, and so onnxruntime

    reader, path = find_reader(spec)
    return gather(
        reader.rows(path, split),
        f"{path}, split {split}",
        cropped=reader.cropped,
        skip_bad=skip_bad,
        clips=clips,
        landmarks=landmarks,
    )
