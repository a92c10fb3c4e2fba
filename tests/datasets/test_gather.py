"""What becomes of samples: landmarks in pixels of the crop, clips from first frame to apex, and what is refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from trees import write_video

from mien.align import TEMPLATE, align_faces, similarity_transform
from mien.datasets import READERS, FaceData, read_data
from mien.datasets.data import join, translate
from mien.datasets.gather import FRAMES, SIZE, WITH_CLIPS, WITH_LANDMARKS, gather
from mien.datasets.media import FrameFiles, Picture, Pixels, VideoFile
from mien.datasets.sample import Sample
from mien.detect import get_detector
from mien.errors import BadSample, DatasetError
from mien.labels import EKMAN7


def sample(media, **known) -> Sample:
    return Sample("a/b", media, 3, EKMAN7, **known)


@pytest.fixture(scope="module")
def grey_frames(tmp_path_factory) -> list[Path]:
    """31 frames, each as grey as its number says, wider than high."""
    folder = tmp_path_factory.mktemp("clip")
    paths = [folder / f"{number:02d}.png" for number in range(31)]
    for number, path in enumerate(paths):
        cv2.imwrite(str(path), np.full((96, 144), number, np.uint8))
    return paths


def shades(data: FaceData) -> list[int]:
    (clip,) = data.images
    assert clip.shape == (FRAMES, SIZE, SIZE)
    return clip[:, 0, 0].tolist()


def test_a_clip_is_ten_frames_from_the_first_to_the_apex(grey_frames: list[Path], tmp_path: Path) -> None:
    data = gather([sample(FrameFiles(grey_frames, best=27))], "here", cropped=True, clips=True)
    assert shades(data) == [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]
    assert data.stills[0, 0, 0] == 27
    short = gather([sample(FrameFiles(grey_frames, best=3))], "here", cropped=True, clips=True)
    assert shades(short) == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3]
    # Without an apex it is the middle one, as of a still of the same sample.
    video = VideoFile(write_video(tmp_path / "clip.avi", step=10), 4, 19)
    middle = gather([sample(video)], "here", cropped=True).images[0, 0, 0]
    found = shades(gather([sample(video)], "here", cropped=True, clips=True))
    assert found[-1] == middle
    np.testing.assert_allclose(found, 10 * np.arange(4, 14), atol=3)


def test_single_pictures_are_no_clips(grey_frames: list[Path]) -> None:
    for media in (Picture(grey_frames[0]), Pixels(np.zeros((9, 9), np.uint8)), FrameFiles(grey_frames, best=0)):
        rows = [sample(media), sample(FrameFiles(grey_frames, best=9))]
        with pytest.raises(BadSample, match=r"^here: a/b is a single picture and not a clip; ckplus, casme2, .* have"):
            gather(rows, "here", cropped=True, clips=True)
        data = gather(rows, "here", cropped=True, clips=True, skip_bad=True)
        assert (len(data), data.skipped) == (1, 1)
    with pytest.raises(DatasetError, match=r"^here: there are no labelled clips$"):
        gather(rows[:1], "here", cropped=True, clips=True, skip_bad=True)


def test_a_clip_that_ends_before_its_apex_is_bad(tmp_path: Path) -> None:
    video = VideoFile(write_video(tmp_path / "clip.avi", frames=12), best=20)
    with pytest.raises(BadSample, match="a/b: ends before frame 20"):
        gather([sample(video)], "here", cropped=True, clips=True)


def test_landmarks_of_crops_scale_with_them(grey_frames: list[Path]) -> None:
    points = np.array([(0, 0), (144, 96), (72, 24)], np.float32)
    data = gather([sample(Picture(grey_frames[0]), landmarks=points)] * 2, "here", cropped=True)
    assert data.landmarks.dtype == np.float32
    np.testing.assert_allclose(data.landmarks, [[(0, 0), (48, 48), (24, 12)]] * 2)
    mixed = [sample(Picture(grey_frames[0]), landmarks=points), sample(Picture(grey_frames[0]))]
    assert gather(mixed, "here", cropped=True).landmarks is None


def test_landmarks_are_laid_upright_with_the_face(astronaut) -> None:
    turn = cv2.getRotationMatrix2D((224, 110), 25, 0.9)
    picture = cv2.warpAffine(astronaut, turn, astronaut.shape[1::-1])
    five = get_detector("yunet").detect(picture).landmarks[0]
    x1, y1 = five.min(0) - 40
    x2, y2 = five.max(0) + 40
    for box in (None, (x1, y1, x2, y2)):
        data = gather([sample(Pixels(picture), landmarks=five, box=box)], "here", cropped=False)
        # The detector's own landmarks lie where the template has them, as nearly as a similarity transform allows.
        expected = similarity_transform(five, 48 * TEMPLATE)
        np.testing.assert_allclose(data.landmarks[0], five @ expected[:, :2].T + expected[:, 2], atol=0.5)
        assert np.abs(data.landmarks[0] - 48 * TEMPLATE).max() < 3


def test_all_frames_are_framed_as_the_first(astronaut, tmp_path: Path) -> None:
    """A head that moves to the right moves in the clip."""
    paths = []
    for number in range(3):
        moved = np.roll(astronaut, 4 * number, 1)
        paths.append(tmp_path / f"{number}.png")
        cv2.imwrite(str(paths[-1]), cv2.cvtColor(moved, cv2.COLOR_RGB2BGR))
    points = np.array([(200.0, 100), (250, 120)], np.float32)
    row = sample(FrameFiles(paths, best=2), landmarks=points + np.array([8, 0], np.float32))
    data = gather([row], "here", cropped=False, clips=True)
    five = get_detector("yunet").detect(astronaut).landmarks[:1]
    for frame, number in ((0, 0), (9, 2)):
        expected = align_faces(np.roll(astronaut, 4 * number, 1), five, 48)[0]
        np.testing.assert_array_equal(data.images[0, frame], expected)
    # Landmarks are those of the apex, in the same frame.
    still = gather([sample(Picture(paths[0]), landmarks=points)], "here", cropped=False)
    scale = np.linalg.norm(np.diff(still.landmarks[0], axis=0)) / np.linalg.norm(np.diff(points, axis=0))
    shift = np.linalg.norm(data.landmarks[0] - still.landmarks[0], axis=1)
    np.testing.assert_allclose(shift, 8 * scale, rtol=1e-4)


def test_missing_landmarks_are_said_if_they_are_needed(grey_frames: list[Path]) -> None:
    rows = [sample(Picture(grey_frames[0])), sample(Picture(grey_frames[0]), landmarks=np.zeros((68, 2), np.float32))]
    with pytest.raises(BadSample, match=r"^here: a/b has no landmarks to learn from; ckplus, affectnet and views have"):
        gather(rows, "here", cropped=True, landmarks=True)
    data = gather(rows, "here", cropped=True, landmarks=True, skip_bad=True)
    assert (data.landmarks.shape, data.skipped) == ((1, 68, 2), 1)
    with pytest.raises(DatasetError, match=r"^here: there are no labelled pictures with landmarks$"):
        gather(rows[:1], "here", cropped=True, landmarks=True, skip_bad=True)


def test_the_sets_that_are_named_exist() -> None:
    assert READERS.keys() >= {*WITH_CLIPS, *WITH_LANDMARKS}


def test_landmarks_go_with_their_faces() -> None:
    points = np.arange(24, dtype=np.float32).reshape(3, 4, 2)
    data = FaceData(np.zeros((3, 48, 48), np.uint8), np.array([0, 1, 2]), EKMAN7, landmarks=points)
    np.testing.assert_array_equal(data.subset(np.array([2, 0])).landmarks, points[[2, 0]])
    np.testing.assert_array_equal(join([data, data]).landmarks, np.concatenate([points, points]))
    without = FaceData(data.images, data.labels, EKMAN7)
    fewer = FaceData(data.images, data.labels, EKMAN7, landmarks=points[:, :3])
    assert join([data, without]).landmarks is None
    assert join([data, fewer]).landmarks is None
    np.testing.assert_array_equal(translate(data, without).landmarks, points)


def test_a_data_set_by_name(tmp_path: Path) -> None:
    line = f"0,{' '.join(['7'] * 2304)},Training"
    (tmp_path / "fer2013.csv").write_text(f"emotion,pixels,Usage\n{line}\n")
    spec = f"fer2013:{tmp_path / 'fer2013.csv'}"
    with pytest.raises(DatasetError, match=r"fer2013\.csv, split train: .* has no landmarks"):
        read_data(spec, "train", landmarks=True)
    with pytest.raises(DatasetError, match=r"fer2013\.csv, split train: .* is a single picture"):
        read_data(spec, "train", clips=True)
