from __future__ import annotations

import json
import weakref
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from mien.errors import InputError, UnknownName
from mien.faces import Faces
from mien.labels import EKMAN7, FIVE, SMILE2
from mien.video.frame import WatchedFrame
from mien.video.timeline import Timeline


def timeline(
    times: Sequence[float], smiling: Sequence[float], tracks: Sequence[int] | None = None, fps: float = 10
) -> Timeline:
    """Rows over "not smiling" and "smiling"; the raw reading is the other way round."""
    n = len(times)
    p = np.array(smiling, np.float32)
    return Timeline(
        np.array(times, np.float64),
        np.round(np.array(times) * fps).astype(np.int64),
        np.array(tracks if tracks is not None else np.ones(n), np.int64),
        np.arange(4 * n, dtype=np.float32).reshape(n, 4),
        np.linspace(0.5, 1, n, dtype=np.float32),
        np.stack([1 - p, p], 1),
        np.stack([p, 1 - p], 1),
        SMILE2,
    )


def watched(number: int, tracks: Sequence[int], smiling: Sequence[float]) -> WatchedFrame:
    n, p = len(tracks), np.array(smiling, np.float32)
    boxes = np.array([(10 * track, 20, 10 * track + 5, 40) for track in tracks], np.float32).reshape(n, 4)
    faces = Faces(boxes, np.full(n, 0.75), np.zeros((n, 5, 2)), np.stack([1 - p, p], 1), SMILE2, (64, 48))
    raw = np.stack([p, 1 - p], 1)
    return WatchedFrame(number, number / 4, np.zeros((48, 64, 3), np.uint8), faces, np.array(tracks, np.int64), raw)


def test_frames_become_rows() -> None:
    rows = Timeline.from_frames([watched(0, [2, 1], [0.25, 0.75]), watched(1, [], []), watched(2, [1], [1])], SMILE2)
    assert rows.times.tolist() == [0, 0, 0.5]
    assert rows.frames.tolist() == [0, 0, 2]
    assert rows.tracks.tolist() == [2, 1, 1]
    assert rows.boxes.tolist() == [[20, 20, 25, 40], [10, 20, 15, 40], [10, 20, 15, 40]]
    assert rows.scores.tolist() == [0.75] * 3
    assert rows.probabilities.tolist() == [[0.75, 0.25], [0.25, 0.75], [0, 1]]
    assert rows.raw.tolist() == [[0.25, 0.75], [0.75, 0.25], [1, 0]]
    assert rows.labels == ["not smiling", "smiling", "smiling"]
    assert rows.people == [2, 1]
    assert len(rows) == 3


def test_pictures_are_let_go() -> None:
    pictures: list[weakref.ref[WatchedFrame]] = []

    def frames() -> Iterator[WatchedFrame]:
        for number in range(20):
            frame = watched(number, [1], [0.5])
            pictures.append(weakref.ref(frame))
            yield frame
            del frame
            assert sum(picture() is not None for picture in pictures) <= 1  # the caller's loop variable

    assert len(Timeline.from_frames(frames(), SMILE2)) == 20


def test_frames_over_another_label_set() -> None:
    with pytest.raises(InputError, match="frame 3 is over smile2, not five"):
        Timeline.from_frames([watched(3, [1], [0.5])], FIVE)


def test_nobody_was_seen() -> None:
    empty = Timeline.from_frames([watched(0, [], [])], SMILE2)
    assert len(empty) == len(empty.resample(1)) == len(empty.audience()) == 0
    assert empty.labels == empty.people == empty.to_dicts() == empty.summary() == empty.peaks() == []
    assert empty.peaks(track=0) == []
    assert set(map(len, empty.to_table().values())) == {0}


def test_shapes_and_order_are_checked() -> None:
    with pytest.raises(InputError, match=r"times must not decrease, but 0\.5 follows 1"):
        timeline([0, 1, 0.5], [0, 0, 0])
    with pytest.raises(InputError, match=r"probabilities must have shape \(2, 7\), not \(2, 2\)"):
        Timeline(**{**vars_of(timeline([0, 1], [0, 0])), "label_set": EKMAN7})


def test_rows_of_one_person() -> None:
    rows = timeline([0, 0, 1, 2], [0, 0.2, 0.4, 0.6], [3, 12, 3, 12]).of(12)
    assert rows.times.tolist() == [0, 2]
    assert rows.tracks.tolist() == [12, 12]
    assert rows.probabilities[:, 1].tolist() == pytest.approx([0.2, 0.6])
    assert rows.label_set == SMILE2
    with pytest.raises(UnknownName, match="no person is named '7'; there are: 12"):
        rows.of(7)


def test_rows_of_a_stretch_hold_its_start_but_not_its_end() -> None:
    assert timeline([0, 1, 2, 3], [0] * 4).between(1, 3).frames.tolist() == [10, 20]


def test_dicts_are_json() -> None:
    rows = json.loads(json.dumps(timeline([0, 0.5], [0.25, 0.75], [4, 5]).to_dicts()))
    assert rows[1] == {
        "time": 0.5,
        "frame": 5,
        "track": 5,
        "box": [4, 5, 6, 7],
        "score": 1,
        "label": "smiling",
        "probabilities": {"not smiling": 0.25, "smiling": 0.75},
        "raw": {"not smiling": 0.75, "smiling": 0.25},
    }


TABLE = {
    "time": [0, 0.5],
    "frame": [0, 5],
    "track": [4, 5],
    "x1": [0, 4],
    "y1": [1, 5],
    "x2": [2, 6],
    "y2": [3, 7],
    "score": [0.5, 1],
    "label": ["not smiling", "smiling"],
    "not smiling": [0.75, 0.25],
    "smiling": [0.25, 0.75],
    "raw_not smiling": [0.25, 0.75],
    "raw_smiling": [0.75, 0.25],
}


def test_table() -> None:
    table = timeline([0, 0.5], [0.25, 0.75], [4, 5]).to_table()
    assert table == TABLE
    assert list(table) == list(TABLE)


def test_pandas() -> None:
    pytest.importorskip("pandas")
    frame = timeline([0, 0.5], [0.25, 0.75], [4, 5]).to_pandas()
    assert frame.to_dict("list") == TABLE
    assert list(frame) == list(TABLE)


def test_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(InputError, match="to_pandas needs pandas: pip install pandas"):
        timeline([0], [0]).to_pandas()


def test_resampled_rows_are_means_of_a_bin() -> None:
    rows = timeline([0, 0.4, 0.5, 1.7, 1.9], [0, 0.5, 0.25, 0.25, 0.75], [2, 1, 2, 1, 1])
    bins = rows.resample(0.5)
    # Bin 0: both; bin 1 (from 0.5): person 2; bin 2: nobody; bin 3: person 1 twice.
    assert bins.times.tolist() == [0, 0, 0.5, 1.5]
    assert bins.tracks.tolist() == [1, 2, 2, 1]
    assert bins.frames.tolist() == [4, 0, 5, 17]
    assert bins.probabilities.tolist() == [[0.5, 0.5], [1, 0], [0.75, 0.25], [0.5, 0.5]]
    assert bins.raw[-1].tolist() == [0.5, 0.5]
    assert bins.boxes[-1].tolist() == [14, 15, 16, 17]
    assert bins.scores[-1] == pytest.approx((0.875 + 1) / 2)


def test_bins_begin_at_frames_that_binary_fractions_miss() -> None:
    # 0.3 / 0.1 is 2.9999999999999996, and a file keeps a third of a second as 0.333333.
    assert timeline([0.1, 0.2, 0.3, 0.7], [0] * 4).resample(0.1).times.tolist() == pytest.approx([0.1, 0.2, 0.3, 0.7])
    assert timeline([0, 0.333333, 0.666667], [0] * 3).resample(1 / 3).times.tolist() == pytest.approx([0, 1 / 3, 2 / 3])


def test_probabilities_of_a_bin_sum_to_one() -> None:
    rows = timeline([0, 0.1], [0.5, 0.5])
    twice = Timeline(**{**vars_of(rows), "probabilities": np.array([[0.3, 0.3], [0.3, 0.9]], np.float32)})
    assert twice.resample(1).probabilities[0].tolist() == pytest.approx([1 / 3, 2 / 3])


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_bins_must_have_a_length(seconds: float) -> None:
    with pytest.raises(InputError, match="length of a bin must be positive"):
        timeline([0], [0]).resample(seconds)


def test_in_the_audience_each_person_counts_once() -> None:
    # Person 1 is in three frames of the first second, person 2 in one.
    everybody = timeline([0.1, 0.2, 0.2, 0.3, 5.5], [1, 1, 0.5, 1, 0.25], [1, 1, 2, 1, 2]).audience()
    assert everybody.times.tolist() == [0, 5]
    assert everybody.tracks.tolist() == everybody.people * 2 == [0, 0]
    assert everybody.frames.tolist() == [1, 55]
    assert everybody.probabilities.tolist() == [[0.25, 0.75], [0.75, 0.25]]
    assert np.isnan(everybody.boxes).all()
    assert json.loads(json.dumps(everybody.to_dicts(), allow_nan=False))[0]["box"] is None


def test_summary_counts_the_time_on_screen() -> None:
    # Gaps 1, 1, 5 (away), 0.5; the last row lasts their median, 1.
    first, other = timeline([0, 1, 2, 3, 7, 7.5], [0.25, 0.75, 0.25, 0.5, 0.75, 1], [1, 1, 1, 2, 1, 1]).summary()
    assert (first.track, first.first, first.last) == (1, 0, 7.5)
    assert first.seconds == 3.5
    assert first.shares == pytest.approx({"not smiling": 1 / 3.5, "smiling": 2.5 / 3.5})
    assert first.means["smiling"] == pytest.approx((0.25 + 0.75 + 0.75 / 2 + 1) / 3.5)
    assert sum(first.means.values()) == pytest.approx(1)
    assert first.changes == pytest.approx(2 / 3.5)  # the one while the person was away does not count
    assert (other.track, other.first, other.last, other.seconds, other.changes) == (2, 3, 3, 0, 0)
    assert other.means == other.shares | {"not smiling": 0.5, "smiling": 0.5}


def test_a_longer_gap_may_be_allowed() -> None:
    rows = timeline([0, 5, 10], [0, 0, 1])
    assert rows.summary()[0].seconds == 0
    assert rows.summary(gap=5)[0].seconds == 15
    assert rows.summary(gap=5)[0].shares == pytest.approx({"not smiling": 2 / 3, "smiling": 1 / 3})


def test_a_step_is_a_peak() -> None:
    times = np.arange(60) / 10
    (peak,) = timeline(times, np.where(times < 3, 0.125, 0.875)).peaks()
    assert (peak.time, peak.frame, peak.track) == (2.9, 29, 1)
    assert peak.change == pytest.approx(0.75)
    assert (peak.before, peak.after) == ("not smiling", "smiling")


def test_peaks_are_ranked_and_kept_apart() -> None:
    # Steps of 0.25 after 1.9 s, 0.75 after 2.4 s (half a window later: they are one) and 0.5 after 4.9 s.
    times = np.arange(80) / 10
    smiling = np.select([times < 1.95, times < 2.45, times < 4.95], [0, 0.25, 1], 0.5)
    rows = timeline(times, smiling)
    peaks = rows.peaks()
    assert [(peak.time, peak.after) for peak in peaks] == [(2.4, "smiling"), (4.9, "not smiling")]
    # Before 2.4 lie five rows of 0 and five of 0.25.
    assert [peak.change for peak in peaks] == pytest.approx([1 - 0.125, 0.5])
    assert rows.peaks(count=1) == peaks[:1]
    assert [peak.time for peak in rows.peaks(window=0.4)] == pytest.approx([2.4, 4.9, 1.9])


def test_a_change_needs_rows_on_both_sides() -> None:
    times = np.arange(20) / 10
    assert [peak.time for peak in timeline(times, times < 0.55).peaks()] == [0.5]
    # Steps nearer to either end: what comes first, or last, with half a second of rows on that side.
    assert [peak.time for peak in timeline(times, times < 0.35).peaks()] == [0.5]
    assert [peak.time for peak in timeline(times, times < 1.55).peaks()] == [1.3]
    assert timeline([0, 0.4, 1.2, 1.9], [0, 0, 1, 1]).peaks() == []  # two rows on either side, but 0.4 s
    assert len(timeline([0, 0.6, 1.2, 1.8], [0, 0, 1, 1]).peaks(window=1.2)) == 1
    assert timeline([0, 1, 2, 3], [0, 0, 1, 1]).peaks() == []  # one row a window
    assert timeline(times, np.full(20, 0.3)).peaks() == []  # nothing changes


def test_peaks_of_people_and_of_the_audience() -> None:
    # Person 1 steps by 1 and person 2 by 0.5 in the same frame: the audience by 0.75.
    times = np.repeat(np.arange(40) / 10, 2)
    tracks = np.tile([1, 2], 40)
    rows = timeline(times, np.where(times < 1.95, 0, np.where(tracks == 1, 1, 0.5)), tracks)
    assert [(peak.track, peak.change) for peak in rows.peaks()] == [
        (1, pytest.approx(1)),
        (0, pytest.approx(0.75)),
        (2, pytest.approx(0.5)),
    ]
    assert [peak.track for peak in rows.peaks(track=2)] == [2]
    (everybody,) = rows.peaks(track=0)
    assert (everybody.time, everybody.frame, everybody.before, everybody.after) == (1.9, 19, "not smiling", "smiling")
    assert [peak.track for peak in rows.of(1).peaks()] == [1]  # one person is no audience
    with pytest.raises(UnknownName):
        rows.peaks(track=3)
    with pytest.raises(InputError, match="window must be positive"):
        rows.peaks(window=0)


def vars_of(rows: Timeline) -> dict[str, object]:
    return {name: getattr(rows, name) for name in Timeline.__dataclass_fields__}
