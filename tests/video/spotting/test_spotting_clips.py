"""Spotting from a video file, the detector and the tracker included."""

from __future__ import annotations

import csv
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("av")
pytest.importorskip("lap")
pytest.importorskip("skimage")

from moving_faces import backdrop, write_clip

from mien.detect import get_detector
from mien.video.frame import Frame
from mien.video.spotting import Movement, score_spotting
from mien.video.spotting.clips import spot_frames
from mien.video.spotting.synthetic import Twitch, movement_clip
from mien.video.tracking import Tracker

Image = npt.NDArray[np.uint8]
TIMES = np.arange(0, 2.2, 0.01)
TWITCHES = [Twitch(0.6, 0.15, 6.0, "mouth"), Twitch(1.5, 0.18, 6.0, "brows")]


@pytest.fixture(scope="module")
def pictures(astronaut: Image) -> list[Image]:
    landmarks = get_detector("yunet").detect(astronaut).landmarks[0]
    return list(movement_clip(astronaut, landmarks, TIMES, TWITCHES, seed=0))


def test_movements_in_a_video(pictures: list[Image], tmp_path: Path) -> None:
    write_clip(tmp_path / "fast.mp4", pictures, 100)
    done = subprocess.run(
        [sys.executable, "-m", "mien", "spot", "fast.mp4", "--csv", "found.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    with (tmp_path / "found.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = [Movement(*(float(r[k]) for k in ("onset", "apex", "offset")), 0, 0, 0, 0.0) for r in rows]
    score = score_spotting(found, [t.interval for t in TWITCHES])
    assert (score.hits, score.false) == (2, 0)
    assert [row["person"] for row in rows] == ["1", "1"]
    for row in rows:
        assert int(row["apex_frame"]) == round(100 * float(row["apex"]))


def test_long_videos_are_searched_in_parts(pictures: list[Image], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same movements, once each, wherever the parts end."""
    from mien.video.spotting import clips

    monkeypatch.setattr(clips, "_WINDOW", 1.4)
    monkeypatch.setattr(clips, "_OVERLAP", 0.5)
    frames = (Frame(i, float(time), picture) for i, (time, picture) in enumerate(zip(TIMES, pictures, strict=True)))
    found = [movement for _, movement in spot_frames(frames, Tracker(get_detector("yunet")))]
    score = score_spotting(found, [t.interval for t in TWITCHES])
    assert score.hits == 2
    assert all(pair[0].offset <= pair[1].onset for pair in pairwise(found))


def test_too_slow_a_video_is_refused(tmp_path: Path) -> None:
    write_clip(tmp_path / "empty.mp4", (backdrop(160, 120) for _ in range(5)), 25)
    done = subprocess.run(
        [sys.executable, "-m", "mien", "spot", "empty.mp4"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "empty.mp4: no short movement stood out\n")


def test_a_face_at_25_frames_a_second_is_refused(pictures: list[Image], tmp_path: Path) -> None:
    write_clip(tmp_path / "slow.mp4", pictures[::4], 25)
    done = subprocess.run(
        [sys.executable, "-m", "mien", "spot", "slow.mp4"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("mien: error: movements of 1/25 s cannot be seen at 25 frames a second")
