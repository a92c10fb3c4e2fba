"""From a clip to readings: `mien.watch` and its parts."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("av")
pytest.importorskip("lap")

from moving_faces import actor, backdrop, draw, line, write_clip

import mien
from mien.errors import InputError, UnreadableVideo
from mien.video.cuts import CutFinder
from mien.video.prefetch import prefetch
from mien.video.tally import Tally

Image = npt.NDArray[np.uint8]
FPS = 10


@pytest.fixture(scope="module")
def analyzer() -> mien.Analyzer:
    return mien.Analyzer()


@pytest.fixture(scope="module")
def two_scenes(astronaut: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds in one place, a cut, two seconds in another, where the face is at the same spot."""
    person = actor(astronaut, line((150, 120, 80), (170, 120, 80), 0, 9))
    first, second = backdrop(320, 240, seed=0), backdrop(320, 240, seed=5)
    path = tmp_path_factory.mktemp("clips") / "two.mp4"
    frames = (draw([person], first if i < 20 else second, i / FPS) for i in range(40))
    write_clip(path, frames, FPS)
    return path


def test_one_person_is_read_in_every_frame(two_scenes: Path, analyzer: mien.Analyzer) -> None:
    frames = list(mien.watch(two_scenes, analyzer=analyzer))
    assert [frame.number for frame in frames] == list(range(40))
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(40) / FPS, atol=1e-3)
    assert all(frame.faces.labels == ["happy"] for frame in frames)
    assert {frame.image.shape for frame in frames} == {(240, 320, 3)}
    centre = frames[10].faces.boxes[0].reshape(2, 2).mean(0)
    np.testing.assert_allclose(centre, (150 + 20 / 9, 120), atol=8)


def test_a_cut_begins_new_tracks(two_scenes: Path, analyzer: mien.Analyzer) -> None:
    frames = list(mien.watch(two_scenes, analyzer=analyzer))
    assert [frame.number for frame in frames if frame.cut] == [20]
    assert [frame.tracks.tolist() for frame in frames] == [[1]] * 20 + [[2]] * 20


def test_smoothing_holds_readings_still_and_leaves_raw_ones(two_scenes: Path, analyzer: mien.Analyzer) -> None:
    held = list(mien.watch(two_scenes, analyzer=analyzer, smooth=0.5))
    plain = list(mien.watch(two_scenes, analyzer=analyzer, smooth=0))
    np.testing.assert_array_equal([f.raw for f in held], [f.raw for f in plain])
    np.testing.assert_array_equal([f.raw for f in plain], [f.faces.probabilities for f in plain])
    jumps = [
        np.abs(np.diff([f.faces.probabilities[0] for f in frames[:20]], axis=0)).mean() for frames in (held, plain)
    ]
    assert jumps[0] < 0.6 * jumps[1]
    # Nothing of the scene before a cut is left in the one after it.
    np.testing.assert_allclose(held[20].faces.probabilities, held[20].raw, atol=1e-6)


def test_a_stretch_and_a_rate_of_it(two_scenes: Path, analyzer: mien.Analyzer) -> None:
    times = [frame.time for frame in mien.watch(two_scenes, analyzer=analyzer, start=1, end=3, fps=5)]
    np.testing.assert_allclose(times, np.arange(1, 3, 0.2), atol=1e-3)
    assert [f.number for f in mien.watch(two_scenes, analyzer=analyzer, every=15)] == [0, 15, 30]


def test_options_are_checked_before_the_first_frame(two_scenes: Path) -> None:
    with pytest.raises(InputError, match="smoothing"):
        mien.watch(two_scenes, smooth=-1)
    with pytest.raises(InputError, match="baseline"):
        mien.watch(two_scenes, baseline="yesterday")
    with pytest.raises(UnreadableVideo, match="no such file"):
        mien.watch("nowhere.mp4")


def test_leaving_early_ends_the_threads(two_scenes: Path, analyzer: mien.Analyzer) -> None:
    before = threading.active_count()
    for frame in mien.watch(two_scenes, analyzer=analyzer):
        if frame.number == 3:
            break
    gc.collect()
    assert threading.active_count() == before


def test_a_timeline_of_it(two_scenes: Path, analyzer: mien.Analyzer) -> None:
    timeline = mien.Timeline.from_frames(mien.watch(two_scenes, analyzer=analyzer), analyzer.label_set)
    assert len(timeline) == 40
    assert timeline.people == [1, 2]
    tally = Tally(analyzer.label_set)
    for frame in mien.watch(two_scenes, analyzer=analyzer):
        tally.add(frame)
    assert tally.frames == 40
    for counted, whole in zip(tally.summary(), timeline.summary(), strict=True):
        assert (counted.track, counted.first, counted.last) == (whole.track, whole.first, whole.last)
        assert counted.seconds == pytest.approx(whole.seconds)
        assert counted.shares == pytest.approx(whole.shares)
        assert counted.means == pytest.approx(whole.means, abs=1e-5)
        assert counted.changes == whole.changes


def test_what_is_a_cut(astronaut: Image) -> None:
    dark = (astronaut * 0.4).astype(np.uint8)
    moved = np.roll(astronaut, 12, axis=1)
    other = astronaut[::-1, ::-1]
    noise = np.random.default_rng(0).integers(0, 12, astronaut.shape).astype(np.uint8)
    cuts = CutFinder()
    seen = [
        cuts.is_cut(np.ascontiguousarray(image)) for image in (astronaut, moved, dark, dark, other, noise, noise[::-1])
    ]
    #            first, a pan, lights out, the same, another scene, into the dark, noise in the dark
    assert seen == [False, False, False, False, True, True, False]
    assert not cuts.is_cut(np.zeros((3, 2, 3), np.uint8))


def test_items_come_in_order_and_errors_where_they_belong() -> None:
    closed = []

    def items() -> Iterator[int]:
        try:
            yield from range(5)
            raise InputError("the sixth is broken")
        finally:
            closed.append(True)

    ahead = prefetch(items(), 2)
    assert [next(ahead) for _ in range(5)] == list(range(5))
    with pytest.raises(InputError, match="sixth"):
        next(ahead)
    early = prefetch(items(), 2)
    next(early)
    early.close()
    assert closed == [True, True]
