"""Video files of every kind: times, orientation, colours, streams, damage."""

from __future__ import annotations

import gc
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from made_clips import (
    add_silence,
    blank_packets,
    corners,
    corners_of,
    grey,
    mux_silence,
    numbers,
    set_mkv_time,
    set_mp4_matrix,
    write_clip,
)
from PIL import Image

from mien.errors import InputError, UnreadableVideo, VideoWarning
from mien.video.frame import Frame
from mien.video.sources import open_source

GREYS = [grey(number) for number in range(20)]


def read(path: Path | str, **options: Any) -> list[Frame]:
    with open_source(path, **options) as source:
        return list(source)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.avi", "mpeg4"), ("a.ts", "libx264"), ("a.webm", "libvpx")],
)
def test_frames_have_number_time_and_picture(tmp_path: Path, name: str, codec: str) -> None:
    path = write_clip(tmp_path / name, GREYS, codec=codec)
    with open_source(path) as source:
        assert (source.name, source.fps, source.live) == (str(path), 10, False)
        assert source.duration == pytest.approx(2, abs=0.01)
        frames = list(source)
    assert [frame.number for frame in frames] == numbers(frames) == list(range(20))
    assert [frame.time for frame in frames] == pytest.approx([number / 10 for number in range(20)], abs=0.001)
    assert all(frame.image.shape == (48, 64, 3) and frame.image.dtype == np.uint8 for frame in frames)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_varying_rates_keep_their_times(tmp_path: Path, name: str) -> None:
    times = [0, 40, 60, 500, 510, 1700, 1900]
    path = write_clip(tmp_path / name, GREYS[:7], codec="libx264", times=times)
    frames = read(path)
    assert [round(frame.time * 1000) for frame in frames] == times
    assert numbers(frames) == list(range(7))


def test_the_first_frame_is_at_zero_wherever_the_file_starts(tmp_path: Path) -> None:
    times = [7000, 7100, 7200]
    frames = read(write_clip(tmp_path / "a.mkv", GREYS[:3], times=times))
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.2])


@pytest.mark.parametrize(
    ("matrix", "turn"),
    [
        ((1, 0, 0, 1), lambda stored: stored),
        ((0, 1, -1, 0), lambda stored: np.rot90(stored, -1)),
        ((-1, 0, 0, -1), lambda stored: np.rot90(stored, 2)),
        ((0, -1, 1, 0), lambda stored: np.rot90(stored, 1)),
        ((-1, 0, 0, 1), np.fliplr),
        ((1, 0, 0, -1), np.flipud),
        ((0, 1, 1, 0), lambda stored: stored.transpose(1, 0, 2)),
    ],
)
def test_frames_come_upright(tmp_path: Path, matrix: tuple[int, int, int, int], turn: Any) -> None:
    path = write_clip(tmp_path / "a.mp4", [corners()] * 3, codec="mpeg4")
    set_mp4_matrix(path, *matrix)
    image = read(path)[1].image
    expected = turn(corners())
    assert image.shape == expected.shape
    np.testing.assert_array_equal(corners_of(image), corners_of(expected))
    assert image.flags.c_contiguous


def test_a_phone_that_says_ninety_degrees_is_held_upright(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.set_display_rotation(90)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(corners(), format="rgb24")))
        container.mux(stream.encode())
    image = read(tmp_path / "a.mp4")[0].image
    np.testing.assert_array_equal(corners_of(image), corners_of(np.rot90(corners(), 1)))


def test_exif_turns_an_animated_picture(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    exif[0x010E] = "something else than the orientation"
    pages = [Image.fromarray(corners()), Image.fromarray(corners() // 2)]
    pages[0].save(tmp_path / "a.png", save_all=True, append_images=pages[1:], exif=exif)
    image = read(tmp_path / "a.png")[0].image
    assert image.shape == (64, 48, 3)
    np.testing.assert_array_equal(corners_of(image), corners_of(np.rot90(corners(), -1)))


@pytest.mark.parametrize(
    "pixels", ["gray", "gray16le", "yuv420p", "yuv422p10le", "yuv444p16le", "bgr0", "gbrp12le", "yuva420p"]
)
def test_any_depth_and_any_size_becomes_rgb(tmp_path: Path, pixels: str) -> None:
    pictures = [grey(number, 63, 47) for number in (0, 12, 20)]
    frames = read(write_clip(tmp_path / "a.mkv", pictures, pixels=pixels))
    assert [frame.image.shape for frame in frames] == [(47, 63, 3)] * 3
    for frame, expected in zip(frames, (0, 120, 200), strict=True):
        assert np.abs(frame.image.astype(int) - expected).max() <= 2


def test_colours_are_not_swapped(tmp_path: Path) -> None:
    image = read(write_clip(tmp_path / "a.mkv", [corners()], pixels="yuv444p"))[0].image
    np.testing.assert_array_equal(corners_of(image), corners_of(corners()))


def test_pictures_are_the_callers_own(tmp_path: Path) -> None:
    pages = [Image.fromarray(grey(number)) for number in range(3)]
    pages[0].save(tmp_path / "a.png", save_all=True, append_images=pages[1:])
    kept = []
    for frame in open_source(tmp_path / "a.png"):
        kept.append(int(frame.image[0, 0, 0]))
        frame.image[:] = 255
    assert kept == [0, 10, 20]


def test_a_size_that_changes_midway(tmp_path: Path) -> None:
    first = write_clip(tmp_path / "a.ts", GREYS[:5], codec="libx264")
    second = write_clip(tmp_path / "b.ts", [grey(number, 96, 32) for number in range(5, 10)], codec="libx264")
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    with pytest.warns(VideoWarning, match="both.ts: times run backwards"):
        frames = read(both)
    assert numbers(frames) == list(range(10))
    assert [frame.image.shape[:2] for frame in frames] == [(48, 64)] * 5 + [(32, 96)] * 5
    times = [frame.time for frame in frames]
    assert times == sorted(times)


def test_a_clock_that_is_set_back_goes_on(tmp_path: Path) -> None:
    clips = [write_clip(tmp_path / f"{n}.ts", GREYS, codec="mpeg2video") for n in range(2)]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(clip.read_bytes() for clip in clips))
    with pytest.warns(VideoWarning, match="times run backwards") as caught:
        frames = read(both)
    assert len(caught) == 1
    assert numbers(frames) == 2 * list(range(20))
    assert [frame.time for frame in frames] == pytest.approx([number / 10 for number in range(40)], abs=0.001)


def test_a_frame_out_of_order_waits(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", GREYS[:8], codec="mjpeg", pixels="yuvj420p")
    set_mkv_time(path, old=400, new=150)
    with pytest.warns(VideoWarning, match="times run backwards") as caught:
        frames = read(path)
    assert len(caught) == 1
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.3, 0.5, 0.6, 0.7])


def test_frames_without_times_are_evenly_spaced(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.h264", GREYS, codec="libx264", format="h264")
    with pytest.warns(VideoWarning, match="a.h264: frames without a time") as caught:
        frames = read(path)
    assert len(caught) == 1
    assert numbers(frames) == list(range(20))
    # Nothing in such a stream says how many frames a second it has; FFmpeg takes it for 25.
    assert [frame.time for frame in frames] == pytest.approx([number / 25 for number in range(20)])


def test_a_length_that_is_not_known(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", GREYS, codec="libx264", options={"live": "1"}, format="matroska")
    with open_source(path) as source:
        assert source.duration is None
        assert not source.live
        assert numbers(source) == list(range(20))


def test_sound_beside_the_picture(tmp_path: Path) -> None:
    # Five seconds of sound and two of pictures: the file is as long as the sound, and still nothing is missing.
    frames = read(write_clip(tmp_path / "a.mkv", GREYS, codec="libx264", sound=5))
    assert numbers(frames) == list(range(20))


@pytest.mark.parametrize("default", [0, 1])
def test_of_several_videos_the_default_is_taken(tmp_path: Path, default: int) -> None:
    with av.open(str(tmp_path / "a.mkv"), "w") as container:
        streams: list[Any] = [container.add_stream("ffv1", rate=10) for _ in range(2)]
        for number, stream in enumerate(streams):
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.disposition = av.stream.Disposition.default if number == default else 0
        for number in range(3):
            for which, stream in enumerate(streams):
                picture = grey(10 * which + number)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        for stream in streams:
            container.mux(stream.encode())
    assert numbers(read(tmp_path / "a.mkv")) == [10 * default + number for number in range(3)]


def with_cover(path: Path, *, video: bool) -> Path:
    """A file with a white cover picture before the video, or before sound alone."""
    with av.open(str(path), "w") as container:
        cover: Any = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 640, 480, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        stream: Any = container.add_stream("mpeg4", rate=10) if video else add_silence(container, "aac")
        if video:
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.mux(cover.encode(av.VideoFrame.from_ndarray(np.full((480, 640, 3), 255, np.uint8), format="rgb24")))
        container.mux(cover.encode())
        if video:
            for picture in GREYS[:3]:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode())
        else:
            mux_silence(container, stream, 1)
    return path


def test_a_cover_is_not_the_video(tmp_path: Path) -> None:
    path = with_cover(tmp_path / "a.mp4", video=True)
    with av.open(str(path)) as container:
        assert len(container.streams.video) == 2
    assert numbers(read(path)) == [0, 1, 2]


def test_sound_with_a_cover_is_only_sound(tmp_path: Path) -> None:
    with pytest.raises(UnreadableVideo, match=r"a\.mp4: there is only sound in it$"):
        open_source(with_cover(tmp_path / "a.mp4", video=False))


def test_an_animated_gif_is_a_video_and_a_still_one_is_not(tmp_path: Path) -> None:
    pages = [Image.fromarray(grey(number)) for number in range(4)]
    pages[0].save(tmp_path / "moving.gif", save_all=True, append_images=pages[1:], duration=200)
    pages[0].save(tmp_path / "still.gif")
    frames = read(tmp_path / "moving.gif")
    assert numbers(frames) == [0, 1, 2, 3]
    assert [frame.time for frame in frames] == pytest.approx([0, 0.2, 0.4, 0.6])
    with pytest.raises(UnreadableVideo, match=r"still\.gif: a picture, not a video; use `mien analyze` for it$"):
        open_source(tmp_path / "still.gif")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.bmp", "a.tiff"])
def test_a_picture_is_refused_with_advice(tmp_path: Path, name: str) -> None:
    Image.fromarray(corners()).save(tmp_path / name)
    with pytest.raises(UnreadableVideo, match=rf"{name}: a picture, not a video; use `mien analyze` for it$"):
        open_source(tmp_path / name)


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "missing.mp4"
    with pytest.raises(UnreadableVideo, match=r"missing\.mp4: no such file$") as caught:
        open_source(missing)
    assert (caught.value.source, caught.value.reason) == (str(missing), "no such file")
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(UnreadableVideo, match=r"empty\.mp4: the file is empty$"):
        open_source(tmp_path / "empty.mp4")
    for name in ("text.mp4", "text"):
        (tmp_path / name).write_text("This is not a video.\n" * 50)
        with pytest.raises(UnreadableVideo, match=rf"{name}: not a video"):
            open_source(tmp_path / name)
    # FFmpeg itself would draw this text and show it.
    (tmp_path / "text.txt").write_text("This is not a video.\n" * 50)
    with pytest.raises(UnreadableVideo, match=r"text\.txt: a text, not a video$"):
        open_source(tmp_path / "text.txt")
    with av.open(str(tmp_path / "sound.wav"), "w") as container:
        mux_silence(container, add_silence(container), 1)
    with pytest.raises(UnreadableVideo, match=r"sound\.wav: there is only sound in it$"):
        open_source(tmp_path / "sound.wav")
    with pytest.raises(UnreadableVideo, match="no such file"):
        open_source("a\0b.mp4")


def test_no_frames_at_all(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", GREYS[:3], codec="libx264", gop=1)
    blank_packets(path, range(3))
    with pytest.raises(UnreadableVideo, match=r"a\.mp4: none of its frames can be decoded \(3 tried\)$"):
        read(path)
    data = write_clip(tmp_path / "b.mkv", GREYS).read_bytes()
    headers = tmp_path / "headers.mkv"
    cluster = data.index(b"\x1f\x43\xb6\x75")
    for end in (cluster, cluster + 30):
        headers.write_bytes(data[:end])
        with pytest.raises(UnreadableVideo, match=r"headers\.mkv: there are no frames in it$"):
            read(headers)


@pytest.mark.parametrize(("name", "options"), [("a.mkv", {}), ("a.mp4", {"movflags": "faststart"})])
def test_a_file_cut_short_gives_what_there_is(tmp_path: Path, name: str, options: dict[str, str]) -> None:
    noise = np.random.default_rng(0).integers(-9, 9, (48, 64, 3))
    pictures = [np.clip(picture + noise, 0, 255).astype(np.uint8) for picture in GREYS]
    path = write_clip(tmp_path / name, pictures, codec="libx264", options=options, encoder={"bf": "0"})
    with av.open(str(path)) as container:
        places = [packet.pos for packet in container.demux(video=0)]
    path.write_bytes(path.read_bytes()[: places[12]])
    with pytest.warns(VideoWarning) as caught:
        frames = read(path)
    assert numbers(frames) == list(range(12))
    assert [str(warning.message) for warning in caught] == [f"{path}: cut short: its last frame is at 1.10 s of 2.00 s"]


def test_an_mp4_cut_before_its_index_cannot_be_opened(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", GREYS, codec="libx264")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableVideo, match="so damaged or cut short that it cannot be opened"):
        open_source(path)


def test_half_a_transport_stream_is_whole_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.ts", GREYS, codec="mpeg2video", gop=1)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames = read(path)
    assert 6 <= len(frames) <= 12
    assert numbers(frames) == list(range(len(frames)))


def test_damage_in_the_middle_is_passed_over_and_counted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_clip(tmp_path / "a.mp4", GREYS, codec="libx264", gop=1)
    blank_packets(path, (7, 8, 12))
    with pytest.warns(VideoWarning, match=r"a\.mp4: 3 damaged parts were passed over$") as caught:
        frames = read(path)
    assert len(caught) == 1
    assert numbers(frames) == [*range(7), 9, 10, 11, *range(13, 20)]
    assert frames[7].time == pytest.approx(0.9)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.avi", "mpeg4"), ("a.ts", "mpeg2video"), ("a.mjpeg", "mjpeg")],
)
def test_start_and_end_by_time(tmp_path: Path, name: str, codec: str) -> None:
    rate = 25 if codec == "mjpeg" else 10
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = write_clip(tmp_path / name, GREYS, codec=codec, gop=5, rate=rate, pixels=pixels)
    frames = read(path, start=12.5 / rate, end=17 / rate)
    assert [frame.number for frame in frames] == numbers(frames) == [13, 14, 15, 16]
    assert [frame.time for frame in frames] == pytest.approx([n / rate for n in range(13, 17)], abs=0.001)


def test_what_lies_before_start_is_not_decoded(tmp_path: Path) -> None:
    # The stretch before the key frame is destroyed; were it decoded, there would be a warning, here an error.
    path = write_clip(tmp_path / "a.mp4", GREYS, codec="libx264", gop=5, encoder={"bf": "0", "sc_threshold": "0"})
    blank_packets(path, range(1, 9))
    with pytest.warns(VideoWarning, match="8 damaged parts"):
        read(path)
    frames = read(path, start=1.2)
    assert [frame.number for frame in frames] == numbers(frames) == list(range(12, 20))


def test_frames_are_decoded_from_the_start_where_seeking_fails(tmp_path: Path) -> None:
    # No key frame but the first, and a cluster index that is gone.
    path = write_clip(tmp_path / "a.mkv", GREYS, codec="libx264", gop=100, options={"live": "1"}, format="matroska")
    frames = read(path, start=1.5)
    assert [frame.number for frame in frames] == numbers(frames) == [15, 16, 17, 18, 19]


def test_a_start_after_the_end_is_an_error(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", GREYS)
    with pytest.raises(InputError, match=r"a\.mkv: nothing to read from 9 s on, the last frame is at 1\.90 s$"):
        read(path, start=9)


def test_leaving_early_lets_go_of_file_and_threads(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("counts open files in /proc")
    path = write_clip(tmp_path / "a.avi", GREYS[:4], codec="mjpeg", pixels="yuvj420p")

    def look() -> None:
        for _ in open_source(path):
            break

    look()
    files, threads = len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))
    gc.disable()
    try:
        for _ in range(100):
            look()
        assert len(os.listdir("/proc/self/fd")) == files
        # Threads of other libraries come and go meanwhile; a hundred of ours would stay.
        assert len(os.listdir("/proc/self/task")) < threads + 50
    finally:
        gc.enable()


def test_refused_files_are_closed(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("counts open files in /proc")
    Image.fromarray(corners()).save(tmp_path / "a.png")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        with pytest.raises(UnreadableVideo):
            open_source(tmp_path / "a.png")
    assert len(os.listdir("/proc/self/fd")) == before


def test_past_frames_are_not_kept(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", GREYS, codec="libx264")
    seen = [weakref.ref(frame.image) for frame in open_source(path)]
    assert len(seen) == 20
    alive = [image for image in seen if image() is not None]
    assert len(alive) <= 1


def test_frames_can_be_read_once(tmp_path: Path) -> None:
    source = open_source(write_clip(tmp_path / "a.mkv", GREYS[:3]))
    assert len(list(source)) == 3
    with pytest.raises(InputError, match=r"a\.mkv: its frames can be read once; open it again$"):
        list(source)
    source.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_are_names_and_not_protocols(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = write_clip(tmp_path / "plain.mkv", GREYS[:3])
    for name in ("concat:a|b.mkv", "12:30 100% [x] #1?.mkv"):
        path.rename(name)
        assert numbers(read(name)) == [0, 1, 2]
        path = Path(name)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A web server that has the files of tmp_path."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_addresses(tmp_path: Path, address: str) -> None:
    write_clip(tmp_path / "a.mkv", GREYS, codec="libx264")
    with open_source(f"{address}/a.mkv") as source:
        assert not source.live
        assert numbers(source) == list(range(20))
    # This server cannot continue in the middle of a file.
    assert numbers(read(f"{address}/a.mkv", start=1.5)) == [15, 16, 17, 18, 19]
    with pytest.raises(UnreadableVideo, match=r"/none\.mkv: cannot be opened \(.*404.*\)$"):
        open_source(f"{address}/none.mkv")


def test_an_address_without_length_is_live(tmp_path: Path, address: str) -> None:
    write_clip(tmp_path / "a.mkv", GREYS, codec="libx264", options={"live": "1"}, format="matroska")
    with open_source(f"{address}/a.mkv") as source:
        assert source.live
        assert numbers(source) == list(range(20))


def test_passwords_are_not_told() -> None:
    with pytest.raises(UnreadableVideo) as caught:
        open_source("rtsp://user:secret@127.0.0.1:9/stream")
    assert str(caught.value).startswith("rtsp://127.0.0.1:9/stream: cannot be opened (")
    assert "secret" not in str(caught.value)
