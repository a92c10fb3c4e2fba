"""Which frames of a source are taken, and which are not even converted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from made_clips import grey, write_clip

from mien.errors import InputError, VideoWarning
from mien.video.sources import open_source
from mien.video.sources.base import ImageArray, LazyFrame, LazySource
from mien.video.sources.clock import Clock
from mien.video.sources.sampling import SampledSource, Sampling


class Times(LazySource):
    """Frames at given times, that notes which were made into pictures."""

    name, fps, duration, live = "times", 30.0, None, False

    def __init__(self, times: Sequence[float], unreadable: Sequence[int] = ()) -> None:
        self.times = times
        self.unreadable = unreadable
        self.made: list[int] = []
        self.closed = False

    def frames(self, start: float) -> Iterator[LazyFrame]:
        for number, time in enumerate(self.times):
            yield LazyFrame(number, time, partial(self.make, number))

    def make(self, number: int) -> ImageArray | None:
        self.made.append(number)
        return None if number in self.unreadable else grey(0)

    def close(self) -> None:
        self.closed = True


def taken(source: Times, **options: Any) -> list[int]:
    return [frame.number for frame in SampledSource(source, Sampling(**options))]


def test_everything_by_default() -> None:
    assert taken(Times([0, 1, 2, 3])) == [0, 1, 2, 3]


def test_every_counts_from_the_start_and_makes_no_other_pictures() -> None:
    source = Times([n / 10 for n in range(10)])
    assert taken(source, every=3, start=0.15) == [2, 5, 8]
    assert source.made == [2, 5, 8]
    assert source.closed


def test_fps_takes_the_first_frame_at_or_after_each_tick() -> None:
    source = Times([n / 25 for n in range(25)])
    # Ticks at 0, 0.1, 0.2, ...; frames every 0.04.
    assert taken(source, fps=10) == [0, 3, 5, 8, 10, 13, 15, 18, 20, 23]
    assert source.made == [0, 3, 5, 8, 10, 13, 15, 18, 20, 23]


def test_fps_with_a_varying_rate() -> None:
    assert taken(Times([0, 0.05, 0.1, 0.7, 0.75, 1.1, 1.4, 1.5, 5.0, 5.1]), fps=2) == [0, 3, 5, 7, 8]


def test_fps_of_the_source_itself_takes_every_frame_though_times_are_rounded() -> None:
    # As Matroska has 29.97 frames a second: in whole milliseconds.
    times = [round(n * 1001 / 30000, 3) for n in range(300)]
    assert taken(Times(times), fps=30000 / 1001) == list(range(300))
    assert taken(Times(times), fps=60) == list(range(300))


def test_a_frame_that_cannot_be_read_does_not_use_up_its_tick() -> None:
    assert taken(Times([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], unreadable=[5]), fps=2) == [0, 6]


def test_end_is_left_out_and_nothing_after_it_is_read() -> None:
    source = Times([0, 0.5, 1.0, 1.5])
    assert taken(source, end=1) == [0, 1]
    assert source.made == [0, 1]
    assert taken(Times([0, 2.0]), start=0.5, end=1) == []


def test_rate_of_what_is_taken() -> None:
    for options, fps in [({}, 30), ({"every": 3}, 10), ({"fps": 5}, 5), ({"fps": 100}, 30)]:
        assert SampledSource(Times([]), Sampling(**options)).fps == fps
    unknown = Times([])
    unknown.fps = None  # type: ignore[assignment]
    assert SampledSource(unknown, Sampling(every=2)).fps is None
    assert SampledSource(unknown, Sampling(fps=4)).fps == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0}, "every must be at least 1, not 0"),
        ({"fps": 0}, "fps must be more than 0"),
        ({"fps": float("nan")}, "fps must be more than 0"),
        ({"start": -1}, "start must be at least 0 seconds, not -1"),
        ({"start": float("inf")}, "start must be at least 0 seconds, not inf"),
        ({"start": 2, "end": 2}, "end must be later than start, and 2 s is not later than 2 s"),
        ({"every": 2, "fps": 5}, "every and fps are two ways"),
    ],
)
def test_senseless_wishes(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    path = write_clip(tmp_path / "a.mkv", [grey(0)])
    with pytest.raises(InputError, match=message):
        open_source(path, **options)


@pytest.mark.parametrize("source", [0, None, [grey(0)], b"clip.mp4"])
def test_what_is_no_source(source: Any) -> None:
    with pytest.raises(InputError, match="a video must be a path, an address or a camera such as 'camera:0', not "):
        open_source(source)


def test_real_files_are_sampled_too(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", [grey(number) for number in range(20)])
    assert [frame.number for frame in open_source(path, every=4, start=0.3)] == [3, 7, 11, 15, 19]
    assert [frame.number for frame in open_source(path, fps=4)] == [0, 3, 5, 8, 10, 13, 15, 18]


def test_without_pyav_one_line_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"anything")
    code = (
        "import sys; sys.modules['av'] = None\n"
        "from mien.errors import MissingExtra\n"
        "from mien.video.sources import open_source\n"
        "try: open_source(sys.argv[1])\n"
        "except MissingExtra as error: print(error)\n"
        "print('cv2' in sys.modules)"
    )
    lines = subprocess.check_output([sys.executable, "-c", code, str(tmp_path / "a.mp4")], text=True).splitlines()
    assert lines == ["reading videos needs an optional part of mien: pip install 'mien[video]'", "False"]


def test_the_clock_never_runs_backwards() -> None:
    clock = Clock("clip", 0.1)
    with pytest.warns(VideoWarning) as caught:
        times = [clock.read(stamp) for stamp in (-0.02, 0.1, None, 0.15, 0.3, 5.0, 0.0, 0.1, None, 0.05)]
    assert times == pytest.approx([0, 0.1, 0.2, 0.2, 0.3, 5.0, 5.1, 5.2, 5.3, 5.3])
    assert [str(warning.message) for warning in caught] == [
        "clip: frames without a time are taken to be 0.1 s apart",
        "clip: times run backwards; they are held or shifted so that they do not",
    ]
