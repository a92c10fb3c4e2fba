"""Services with ``--compat``, with and without a token; pictures, and what the answers must say of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from serving import Service, running

from mien.analyzer import Analyzer
from mien.faces import Face

ASTRONAUT = Path(__file__).parents[3] / "examples" / "astronaut.jpg"


@pytest.fixture(scope="session")
def compat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("compat"), "--compat") as service:
        yield service


@pytest.fixture(scope="session")
def token() -> str:
    return "a-token-for-tests-only"


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory, token: str) -> Iterator[Service]:
    """The same behind a token."""
    folder = tmp_path_factory.mktemp("locked")
    (folder / "token").write_text(token)
    with running(folder, "--compat", "--token-file", str(folder / "token")) as service:
        yield service


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    """The astronaut: one happy face."""
    return ASTRONAUT.read_bytes()


@pytest.fixture(scope="session")
def two_faces() -> bytes:
    """The astronaut on a wide picture, small on the left and large on the right."""
    large = Image.open(ASTRONAUT)
    picture = Image.new("RGB", (800, 512), "grey")
    picture.paste(large.resize((256, 256)), (0, 100))
    picture.paste(large, (288, 0))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def no_face() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def seven() -> Face:
    """The astronaut as the library reads her, with the seven expressions."""
    return Analyzer(label_set="ekman7").analyze(ASTRONAUT)[0]


@pytest.fixture(scope="session")
def eight() -> Face:
    """The same with the eight expressions of FER+."""
    return Analyzer(label_set="ferplus8").analyze(ASTRONAUT)[0]
