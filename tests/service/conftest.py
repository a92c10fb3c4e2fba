"""A service that tests share, and one of their own for those that need it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serving import Service, running


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service as it is by default, which all tests share; they must leave it as it was."""
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture
def start_service(tmp_path: Path) -> Callable[..., object]:
    """``with start_service("--compat") as service:`` for tests that need one of their own."""
    return lambda *options, **more: running(tmp_path, *options, **more)
