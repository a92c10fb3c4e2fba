"""The page of a timeline, in a real browser where there is one: it needs nothing from outside and shows the numbers."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mien.errors import InputError
from mien.faces import Faces
from mien.labels import FIVE, LabelSet
from mien.video.frame import WatchedFrame
from mien.video.report import write_report
from mien.video.report.page import clock
from mien.video.tables import open_timeline_writer, read_timeline
from mien.video.timeline import Timeline

FPS = 5
ANGRY, SURPRISE, SAD, HAPPY, NEUTRAL = np.eye(5)


def timeline_of(rows: list[tuple[Any, ...]], label_set: LabelSet = FIVE) -> Timeline:
    """Of frame, track, box, probabilities and raw probabilities."""
    numbers = [(frame / FPS, frame, track, *box, 0.9, *smooth, *raw) for frame, track, box, smooth, raw in rows]
    return Timeline.from_numbers(np.array(numbers).reshape(-1, 8 + 2 * len(label_set)), label_set)


def person_1(frame: int) -> npt.NDArray[np.float64]:
    """A hundredth happier with each frame, and half a face happier from frame 25 on; over 50 frames 0.5 in the mean."""
    happy = frame / 100 + (0.51 if frame >= 25 else 0)
    return happy * HAPPY + (1 - happy) * NEUTRAL


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    """Ten seconds: person 1 all the time, person 2 away from second 4 to 7."""
    rows: list[tuple[Any, ...]] = []
    for frame in range(50):
        rows.append((frame, 1, (10, 10, 40, 50), person_1(frame), NEUTRAL))
        if frame < 20:
            rows.append((frame, 2, (60, 10, 90, 50), (SURPRISE + 3 * SAD) / 4, HAPPY))
        elif frame >= 35:
            rows.append((frame, 2, (60, 10, 90, 50), ANGRY, HAPPY))
    return timeline_of(rows)


@pytest.fixture(scope="module")
def page(timeline: Timeline, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = write_report(timeline, tmp_path_factory.mktemp("page") / "page.html", source="clip.mp4")
    return path.read_text(encoding="utf-8")


def browse(page: str, probe: str, folder: Path) -> Any:
    """What a script that runs after the page's own says of it; fails if the browser's console says anything."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium here")
    script = f"""<pre id="answer"></pre><script>(async () => {{
        const graph = (of) => document.querySelector(`[data-series="${{of}}"] .graph`);
        const read = (of) => {{
            const figure = graph(of).closest("figure");
            return [figure.querySelector(".when").textContent,
                    ...[...figure.querySelectorAll(".values b")].map((b) => b.textContent)];
        }};
        const range = () => document.getElementById("range").textContent;
        const point = (of, kind, time) => {{
            const box = graph(of).getBoundingClientRect();
            const clientX = box.left + LEFT + ((time - view.start) / (view.end - view.start)) * (box.width - LEFT);
            graph(of).dispatchEvent(new PointerEvent(kind, {{ clientX, pointerType: "mouse", bubbles: true }}));
        }};
        const press = (of, key) => graph(of).dispatchEvent(new KeyboardEvent("keydown", {{ key, bubbles: true }}));
        const answer = {{}};
        {probe}
        document.getElementById("answer").textContent = "answer " + JSON.stringify(answer);
    }})();</script></body>"""
    path = folder / "probed.html"
    path.write_text(page.replace("</body>", script), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--window-size=1000,900"]
    command = [chromium, *options, f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=4000"]
    done = subprocess.run([*command, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=300)
    assert "CONSOLE" not in done.stderr, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(unescape(re.search(r'<pre id="answer">answer (.*?)</pre>', done.stdout, re.DOTALL)[1]))


PROBE = """
answer.mean = read(1);
point(1, "pointermove", 2.08);
answer.pointed = [read(1), read(2), read(0)];
answer.spoken = graph(1).getAttribute("aria-valuetext");
point(1, "pointermove", 5.08);
answer.away = read(2);
document.querySelector("[value=raw]").click();
answer.raw = [read(1), read(0)];
document.querySelector("[value=smoothed]").click();
press(1, "Home");
answer.home = read(1);
press(1, "ArrowRight");
answer.right = read(1);
press(1, "+");
answer.nearer = range();
press(1, "0");
answer.whole = range();
Element.prototype.setPointerCapture = () => {};
point(1, "pointerdown", 2);
point(1, "pointermove", 4);
point(1, "pointerup", 4);
answer.dragged = range();
document.querySelector("[data-time]").click();
answer.moment = [view.time, range(), read(1), document.activeElement === graph(1)];
press(1, "Escape");
document.querySelector("[data-zoom=all]").click();
const colours = () => new Set([...graph(1).querySelectorAll("rect[fill]")].map((r) => r.getAttribute("fill"))).size;
answer.colours = [colours()];
document.querySelectorAll('[data-series="1"] .values button')[3].click();
answer.colours.push(colours());
// The bytes are caught on their way into the blob: reading a blob takes real time, which the browser does not wait for.
const saved = new Promise((resolve) => { window.Blob = class { constructor([bytes]) { resolve(bytes); } }; });
URL.createObjectURL = () => "#saved";
document.getElementById("save").click();
answer.table = new TextDecoder().decode(await saved);
"""


def test_the_timelines_show_the_readings(page: str, timeline: Timeline, tmp_path: Path) -> None:
    answer = browse(page, PROBE, tmp_path)
    # In the order angry, surprise, sad, happy, neutral.
    assert answer["mean"] == ["Mean of 0:00.0 to 0:10.0", "0%", "0%", "0%", "50%", "50%"]
    assert answer["pointed"] == [
        ["0:02.1", "0%", "0%", "0%", "10%", "90%"],
        ["0:02.1", "0%", "25%", "75%", "0%", "0%"],
        ["0:02.1, 2 seen", "0%", "13%", "38%", "5%", "45%"],
    ]
    assert answer["spoken"].startswith("0:02.1, neutral 90%, happy 10%, ")
    assert answer["away"] == ["0:05.1, not seen", *["\u2013"] * 5]
    assert answer["raw"] == [["0:05.1", "0%", "0%", "0%", "0%", "100%"], ["0:05.1, 1 seen", *["0%"] * 4, "100%"]]
    assert answer["home"] == ["0:00.0", "0%", "0%", "0%", "0%", "100%"]
    assert answer["right"] == ["0:00.2", "0%", "0%", "0%", "1%", "99%"]
    assert answer["nearer"] == "0:00.0 to 0:05.0"
    assert answer["whole"] == "0:00.0 to 0:10.0"
    assert answer["dragged"] == "0:02.0 to 0:04.0"
    # The jump is after frame 24.
    assert answer["moment"] == [4.8, "0:00.0 to 0:10.0", ["0:04.8", "0%", "0%", "0%", "24%", "76%"], True]
    # Person 1 is neutral, then happy; alone, only the happy stretch stays.
    assert answer["colours"] == [2, 1]

    (tmp_path / "saved.csv").write_text(answer["table"])
    saved = read_timeline(tmp_path / "saved.csv")
    assert saved.label_set == FIVE
    for name in ("times", "frames", "tracks", "boxes", "probabilities", "raw"):
        np.testing.assert_allclose(getattr(saved, name), getattr(timeline, name), rtol=1e-5, atol=1e-6)


def test_a_single_reading_has_a_page(tmp_path: Path) -> None:
    one = timeline_of([(7, 4, (0, 0, 9, 9), HAPPY, SAD)])
    page = write_report(one, tmp_path / "one.html", source="one").read_text(encoding="utf-8")
    assert "Person 4" in page
    assert "The whole audience" not in page
    answer = browse(page, 'answer.mean = read(4); press(4, "Home"); answer.home = read(4);', tmp_path)
    assert answer["mean"][1:] == ["0%", "0%", "0%", "100%", "0%"]
    assert answer["home"] == ["0:01.4", "0%", "0%", "0%", "100%", "0%"]


def test_nobody_seen(tmp_path: Path) -> None:
    page = write_report(Timeline.empty(FIVE), tmp_path / "none.html", source="wall.mp4").read_text(encoding="utf-8")
    assert "Nobody was seen" in page
    assert page.count("wall.mp4") == 2  # title and heading
    assert "data-series" not in page


def test_nothing_comes_from_outside(page: str) -> None:
    assert not re.search(r"https?://|url\(|@import", page)
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)
    assert "default-src 'none'" in page


def test_the_words_of_the_page(page: str) -> None:
    text = unescape(re.sub(r"\s+", " ", re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)))
    assert "does not say what the person feels" in text
    assert "People 2" in text
    assert "Frames with a face 50 85 readings" in text
    # From 0.22 to 0.78, means of five frames each; the audience is nobody else then, so it is not said twice.
    assert re.search(r"0:04\.8 Person 1 neutral to happy by 56%", text)
    assert "0:04.8 Audience" not in text
    assert "mien report --video" in text
    # Person 1 is happy in 25 of 50 frames. Person 2 is sad for 19 fifths of a second from the first to the last frame
    # before leaving, then angry for 15.
    assert re.search(r"Person 1 0:00\.0 0:09\.8 0:10\.0 6 0% 0% 0% 50% 50%", text)
    assert re.search(r"Person 2 0:00\.0 0:09\.8 0:06\.8 0 44% 0% 56% 0% 0%", text)


def test_hostile_names_are_text(tmp_path: Path) -> None:
    name = '</script><script>alert("&")</script>.mp4'
    labels = LabelSet("custom", ("calm", "</script><b onclick='x'>"))
    rows = [(frame, 1 + frame % 2, (0, 0, 9, 9), (1, 0), (0, 1)) for frame in range(4)]
    path = write_report(timeline_of(rows, labels), tmp_path / "page.html", source=name, title=name + "'")
    page = path.read_text(encoding="utf-8")
    # The numbers, the table, and the page's own.
    assert len(re.findall("<script", page)) == len(re.findall("</script", page)) == 3
    assert "<script>alert" not in page
    assert "<b onclick" not in page
    data = json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page)[1])
    assert tuple(data["labels"]) == labels.labels


def test_an_hour_of_four_people_stays_small(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = np.repeat(np.arange(2 * 3600), 4)
    n = len(frames)
    drawn = rng.dirichlet(np.ones(5), (2, n))  # noise packs worse than any face
    tracks = np.tile(np.arange(1, 5), n // 4)
    hour = Timeline.from_numbers(
        np.column_stack((frames / 2, frames, tracks, rng.uniform(0, 640, (n, 4)), rng.uniform(size=n), *drawn)), FIVE
    )
    path = write_report(hour, tmp_path / "hour.html", source="hour")
    page = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 3e6
    data = json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page)[1])
    assert set(data["series"]) == {"0", "1", "2", "3", "4"}
    for series in data["series"].values():
        assert 1900 < len(series["times"]) <= 2001
        assert len(series["smoothed"]) == len(series["raw"]) == 5 * len(series["times"])
    assert "14,400 rows, each a mean over 1 s; all 28,800" in page
    # The first value is the mean of the first bin, 1.8 s: 4 frames.
    first = hour.probabilities[hour.tracks == 2][:4].mean(0)
    np.testing.assert_allclose(np.array(data["series"]["2"]["smoothed"][:5]) / 1000, first, atol=6e-4)


def test_more_than_twenty_people(tmp_path: Path) -> None:
    rows = [
        (frame, track, (0, 0, 9, 9), HAPPY, HAPPY)
        for frame in range(25)
        for track in range(1, 24)
        if frame < 26 - track
    ]
    page = write_report(timeline_of(rows), tmp_path / "page.html", source="crowd").read_text(encoding="utf-8")
    assert re.findall(r'data-series="(\d+)"', page) == ["0", *(str(track) for track in range(1, 21))]
    assert "3 more were on screen for a shorter time" in page
    assert re.findall(r'<th scope="row">Person (\d+)', page) == [str(track) for track in range(1, 24)]


def write_clip(path: Path, frames: int) -> None:
    """A clip whose frame n is as bright as 20 + 4 n."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 100, 60, "yuv420p"
        for n in range(frames):
            picture = np.full((60, 100, 3), 20 + 4 * n, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())


def test_pictures_are_of_the_frames(timeline: Timeline, tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", 50)
    path = write_report(timeline, tmp_path / "page.html", source="clip", video=tmp_path / "clip.mp4")
    page = path.read_text(encoding="utf-8")
    first = page[page.index('<ol class="moments">') :].split("</li>")[0]
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]*)" alt="([^"]*)"', first)
    assert [alt for _, alt in pictures] == ["Before, neutral", "After, happy"]
    encoded = [np.frombuffer(base64.b64decode(data), np.uint8) for data, _ in pictures]
    levels = [cv2.imdecode(picture, cv2.IMREAD_GRAYSCALE).mean() for picture in encoded]
    # In the second before 4.8 s the face is most neutral in frame 20; in that after it happiest in frame 29.
    assert levels == pytest.approx([20 + 4 * 20, 20 + 4 * 29], abs=1.9)
    assert "mien report --video" not in page


def test_another_video_is_refused(timeline: Timeline, tmp_path: Path) -> None:
    write_clip(tmp_path / "short.mp4", 5)
    with pytest.raises(InputError, match=r"short\.mp4"):
        write_report(timeline, tmp_path / "page.html", source="clip", video=tmp_path / "short.mp4")
    write_clip(tmp_path / "clip.mp4", 10)
    elsewhere = timeline_of([(1, 1, (400, 10, 440, 50), HAPPY, HAPPY)])
    with pytest.raises(InputError, match=r"clip\.mp4 at 0\.20 s: the face is outside"):
        write_report(elsewhere, tmp_path / "page.html", source="clip", video=tmp_path / "clip.mp4")
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "0:00.0"), (59.96, "1:00.0"), (83.44, "1:23.4"), (3600, "1:00:00.0")]
)
def test_times_are_written_as_minutes(seconds: float, written: str) -> None:
    assert clock(seconds) == written


def mien(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mien", "report", *map(str, arguments)], capture_output=True, text=True, timeout=300
    )


def test_the_command(timeline: Timeline, tmp_path: Path) -> None:
    table = timeline.to_table()
    lines = [",".join(table), *(",".join(map(str, row)) for row in zip(*table.values(), strict=True))]
    source = tmp_path / "class.csv"
    source.write_text("\n".join(lines) + "\n")

    done = mien(source, "--title", "Lesson 3")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rf"wrote {re.escape(str(tmp_path / 'class.html'))} \(0\.\d MB\)\n", done.stdout)
    assert "<h1>Lesson 3</h1>" in (tmp_path / "class.html").read_text(encoding="utf-8")

    for arguments in ((source, "-o", source), (source, "--video", tmp_path / "none.mp4")):
        failed = mien(*arguments)
        assert failed.returncode == 2
        assert re.fullmatch(r"mien: error: [^\n]+\n", failed.stderr)
    assert source.read_text().startswith("time,")


def test_the_command_takes_off_what_a_face_shows_at_rest(tmp_path: Path) -> None:
    """A face that reads 60 % sad at rest, of which all of the file's readings tell."""
    rest = 0.6 * SAD + 0.4 * NEUTRAL
    source = tmp_path / "rest.csv"
    with open_timeline_writer(source, FIVE) as writer:
        for frame in range(50):
            faces = Faces(*(np.zeros(s, np.float32) for s in ((1, 4), (1,), (1, 5, 2))), rest[None], FIVE, (9, 9))
            picture = np.zeros((9, 9, 3), np.uint8)
            writer.write(WatchedFrame(frame, frame / FPS, picture, faces, np.array([1]), faces.probabilities))
    shown = []
    for options in ([], ["--baseline", "0-3"]):
        done = mien(source, "--out", tmp_path / "page.html", *options)
        assert done.returncode == 0, done.stderr
        text = re.sub(r"<[^>]+>", " ", (tmp_path / "page.html").read_text(encoding="utf-8"))
        shown.append(re.search(r"Mostly\s+(\w+)", text)[1])  # type: ignore[index]
    assert shown == ["sad", "neutral"]
