"""The tools beside the package still fit it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

for package in ("torch", "sklearn", "skimage", "embreex"):
    pytest.importorskip(package)

TOOLS = sorted((Path(__file__).parents[1] / "tools").glob("*.py"))


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.stem)
def test_a_tool_finds_what_it_needs(tool: Path) -> None:
    assert runpy.run_path(str(tool), run_name="imported")["__doc__"]
