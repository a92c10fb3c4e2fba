from __future__ import annotations

from pathlib import Path

import pytest
from trees import read_all, write_picture

from mien.datasets.multipie import CAMERA_YAW, MULTIPIE, camera_pose
from mien.datasets.sample import Pose
from mien.errors import DatasetError
from mien.labels import MULTIPIE6


def write_view(root: Path, subject: int, session: int, recording: int, camera: str, light: int) -> str:
    name = (
        f"session{session:02d}/multiview/{subject:03d}/{recording:02d}/{camera}/"
        f"{subject:03d}_{session:02d}_{recording:02d}_{camera.replace('_', '')}_{light:02d}.png"
    )
    write_picture(root / name, light)
    return name


def test_a_picture_says_everything_in_its_name(tmp_path: Path) -> None:
    name = write_view(tmp_path, 46, 3, 3, "19_0", 7)
    samples, bad = read_all(MULTIPIE, tmp_path)
    assert (list(samples), bad) == ([name], [])
    sample = samples[name]
    assert sample.subject == "046"
    assert sample.label_set == MULTIPIE6
    assert MULTIPIE6.labels[sample.label] == "disgust"
    assert sample.pose == Pose(45, 0, 0)
    assert sample.details == {"session": 3, "recording": 3, "camera": "19_0", "camera_yaw": -45, "light": 7}
    assert sample.image()[0, 0, 0] == 7


def test_every_recording_has_its_expression(tmp_path: Path) -> None:
    asked = {
        1: ["neutral", "smile"],
        2: ["neutral", "surprise", "squint"],
        3: ["neutral", "smile", "disgust"],
        4: ["neutral", "neutral", "scream"],
    }
    for session, expressions in asked.items():
        for recording in range(1, len(expressions) + 1):
            write_view(tmp_path, 1, session, recording, "05_1", 0)
    samples, bad = read_all(MULTIPIE, tmp_path)
    assert bad == []
    found = [MULTIPIE6.labels[sample.label] for sample in samples.values()]
    assert found == [word for expressions in asked.values() for word in expressions]


def test_cameras_stand_around_the_head() -> None:
    order = ["24_0", "01_0", "20_0", "19_0", "04_1", "05_0", "05_1", "14_0", "13_0", "08_0", "09_0", "12_0", "11_0"]
    assert [CAMERA_YAW[camera] for camera in order] == list(range(-90, 91, 15))
    assert [camera_pose(camera).yaw for camera in order] == list(range(90, -91, -15))
    assert (CAMERA_YAW["19_1"], CAMERA_YAW["08_1"]) == (-45, 45)
    assert camera_pose("19_1") is camera_pose("08_1") is None


def test_bad_names_take_their_places(tmp_path: Path) -> None:
    good = write_view(tmp_path, 2, 1, 1, "05_1", 19)
    write_view(tmp_path, 3, 1, 3, "05_1", 0)
    write_view(tmp_path, 4, 1, 1, "07_0", 0)
    write_picture(tmp_path / "session01/multiview/005/01/05_1/copy.png")
    samples, bad = read_all(MULTIPIE, tmp_path)
    assert list(samples) == [good]
    parts = (
        "003_01_03_051_00.png: session 1 has no recording 3",
        "there is no camera 07_0",
        "copy.png: the name is not",
    )
    for message, part in zip(bad, parts, strict=True):
        assert part in message


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="session01/multiview"):
        list(MULTIPIE.rows(tmp_path))
