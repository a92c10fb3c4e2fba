"""The folder of views: resuming, settings, the reader, the command."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

pytest.importorskip("embreex")

from mien.cli.app import app
from mien.datasets import READERS, Sample
from mien.errors import BadSample, DatasetError, InputError, MissingExtra, UnreadableImage
from mien.labels import EKMAN7, MULTIPIE6
from mien.turning.turns import read_turns
from mien.views.dataset import PICTURES_FILE, SETTINGS_FILE, TURNS_FILE, read_settings, render

PEOPLE, VIEWS = 2, (-30, 0, 90)


def make(head: Path, out: Path, **settings: int) -> list[int]:
    return list(render(head, out, **{"people": PEOPLE, "size": 32, "views": VIEWS} | settings))


@pytest.fixture(scope="session")
def folder(head: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people in three views."""
    out = tmp_path_factory.mktemp("views") / "new"
    assert make(head, out) == [0, 1, 2]
    return out


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / PICTURES_FILE).read_bytes()).hexdigest()


def test_a_folder_is_whole(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [TURNS_FILE, SETTINGS_FILE, PICTURES_FILE]
    table = pq.read_table(folder / PICTURES_FILE)
    assert len(table) == 2 * 9 * 3 == read_settings(folder).pictures
    assert pq.ParquetFile(folder / PICTURES_FILE).num_row_groups == PEOPLE
    rows = table.to_pylist()
    assert {row["subject"] for row in rows} == {"p00000", "p00001"}
    assert [row["view"] for row in rows[:3]] == [-30, 0, 90]
    for row in rows:
        assert abs(row["yaw"] - row["view"]) <= 3.75
        assert abs(row["yaw"]) <= 90
        assert cv2.imdecode(np.frombuffer(row["image"], np.uint8), cv2.IMREAD_COLOR).shape == (32, 32, 3)
    screams = [row for row in rows if row["multipie6"] == "scream"]
    assert len(screams) == 6
    assert all(row["ekman7"] is None and row["AU27"] >= 3.4 for row in screams)


def test_done_is_done(head: Path, folder: Path) -> None:
    before = (folder / PICTURES_FILE).stat().st_mtime_ns
    assert make(head, folder) == [2]
    assert (folder / PICTURES_FILE).stat().st_mtime_ns == before


def test_a_folder_of_before_gets_its_turns(head: Path, folder: Path, tmp_path: Path) -> None:
    before = tmp_path / "before"
    shutil.copytree(folder, before)
    (before / TURNS_FILE).unlink()
    assert make(head, before) == [2]
    assert read_turns(before / TURNS_FILE, len(VIEWS)).seen.any()


def test_an_interrupted_run_is_taken_up_again(head: Path, folder: Path, tmp_path: Path) -> None:
    steps = render(head, tmp_path / "new", PEOPLE, size=32, views=VIEWS)
    assert list(islice(steps, 2)) == [0, 1]
    steps.close()
    part = tmp_path / "new" / "parts" / "p00000.parquet"
    written = part.stat().st_mtime_ns
    (tmp_path / "new" / "parts" / "p00001.parquet.partial").write_bytes(b"cut short")
    resumed = render(head, tmp_path / "new", PEOPLE, size=32, views=VIEWS)
    assert next(resumed) == 1
    assert part.stat().st_mtime_ns == written
    assert list(resumed) == [2]
    assert digest(tmp_path / "new") == digest(folder)
    assert not (tmp_path / "new" / "parts").exists()


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_a_killed_run_is_taken_up_again(head: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new"
    command = [sys.executable, "-m", "mien", "views", "render", "--model", str(head), "--out", str(out)]
    command += ["--people", "2", "--size", "32", "--views", "-30,0,90", "--workers", "2"]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while not list(out.glob("parts/*.parquet")) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.kill()
    process.wait()
    while (left := is_alive(process.pid)) and time.monotonic() < end:  # its workers end too
        time.sleep(0.05)
    assert not left
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert digest(out) == digest(folder)


def test_other_settings_are_not_mixed_in(head: Path, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds views with other settings"):
        make(head, folder, seed=1)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DatasetError, match="holds something else"):
        make(head, tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"people": 0}, "at least one person"),
        ({"size": 8}, "32 to 1024 pixels"),
        ({"seed": -1}, "must not be negative"),
        ({"views": (0, 95)}, "from -90 to 90"),
        ({"views": (0, 0)}, "different yaws"),
        ({"views": ()}, "different yaws"),
    ],
)
def test_settings_that_make_no_sense(head: Path, tmp_path: Path, settings: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make(head, tmp_path / "new", **settings)
    assert not (tmp_path / "new").exists()


def test_without_embree(head: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embreex.rtcore_scene", None)
    with pytest.raises(MissingExtra, match=r"rendering views needs .* pip install 'mien\[views\]'"):
        make(head, tmp_path / "new")


def read(name: str, folder: Path) -> list[Sample | BadSample]:
    return list(READERS[name].rows(folder))


def test_the_reader_gives_back_what_was_rendered(folder: Path) -> None:
    rows = {(r["subject"], r["expression"], r["view"]): r for r in pq.read_table(folder / PICTURES_FILE).to_pylist()}
    samples = read("views", folder)
    assert len(samples) == 2 * 7 * 3
    for sample in samples:
        assert isinstance(sample, Sample)
        row = rows[sample.subject, sample.details["expression"], sample.details["view"]]
        assert sample.label_set is EKMAN7
        assert EKMAN7.labels[sample.label] == row["ekman7"]
        assert sample.pose == (row["yaw"], row["pitch"], row["roll"])
        assert sample.landmarks.ravel().tolist() == row["landmarks"]
        assert sample.action_units[12] == row["AU12"]
        decoded = cv2.imdecode(np.frombuffer(row["image"], np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
        assert np.array_equal(sample.image(), decoded)
        left, top, right, bottom = sample.box
        assert left <= sample.landmarks[30, 0] <= right
        assert top <= sample.landmarks[30, 1] <= bottom
    assert len({sample.name for sample in samples}) == len(samples)


def test_the_other_label_set(folder: Path) -> None:
    samples = read("views-multipie6", folder)
    assert len(samples) == 2 * 6 * 3
    assert {MULTIPIE6.labels[sample.label] for sample in samples} == set(MULTIPIE6.labels)
    smiles = {sample.name for sample in samples if MULTIPIE6.labels[sample.label] == "smile"}
    assert smiles == {s.name for s in read("views", folder) if EKMAN7.labels[s.label] == "happy"}


def changed(folder: Path, out: Path, keep: slice | list[int]) -> Path:
    """A copy with some of the rows."""
    table = pq.read_table(folder / PICTURES_FILE)
    numbers = np.arange(len(table))[keep]
    pq.write_table(table.take(numbers), out / PICTURES_FILE)
    (out / SETTINGS_FILE).write_bytes((folder / SETTINGS_FILE).read_bytes())
    return out


def test_a_missing_view_is_named(folder: Path, tmp_path: Path) -> None:
    gap = changed(folder, tmp_path, [i for i in range(54) if i not in (5, 53)])
    bad = [row for row in read("views", gap) if isinstance(row, BadSample)]
    assert [str(row) for row in bad] == [
        f"{gap / PICTURES_FILE}: the view at 90 degrees of p00000, happy, is missing",
    ]
    bad = [str(row) for row in read("views-multipie6", gap) if isinstance(row, BadSample)]
    assert [message.split(": ")[1] for message in bad] == [
        "the view at 90 degrees of p00000, happy, is missing",
        "the view at 90 degrees of p00001, scream, is missing",
    ]
    done = CliRunner().invoke(app, ["datasets", "check", "views", str(gap)], env={"COLUMNS": "200"})
    assert done.exit_code == 1
    assert "41 good, 1 bad" in done.stdout
    assert "p00000, happy, is missing" in done.stdout


def test_a_view_too_many(folder: Path, tmp_path: Path) -> None:
    twice = changed(folder, tmp_path, [0, 1, 1, *range(2, 54)])
    with pytest.raises(DatasetError, match="has no place for"):
        read("views", twice)


def test_folders_that_are_not_whole(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=f"there is no {SETTINGS_FILE}"):
        read("views", tmp_path)
    settings = tmp_path / SETTINGS_FILE
    settings.write_bytes((folder / SETTINGS_FILE).read_bytes())
    with pytest.raises(DatasetError, match="not all views are rendered yet"):
        read("views", tmp_path)
    (tmp_path / PICTURES_FILE).write_bytes(b"PAR1 no more")
    with pytest.raises(DatasetError, match="not rendered views"):
        read("views", tmp_path)
    pq.write_table(pq.read_table(folder / PICTURES_FILE).drop_columns(["yaw"]), tmp_path / PICTURES_FILE)
    with pytest.raises(DatasetError, match="it lacks the column yaw"):
        read("views", tmp_path)
    settings.write_text('{"people": 3}')
    with pytest.raises(DatasetError, match="not the settings of rendered views"):
        read("views", tmp_path)


def test_a_damaged_picture_is_one_bad_picture(folder: Path, tmp_path: Path) -> None:
    broken = changed(folder, tmp_path, slice(None))
    table = pq.read_table(broken / PICTURES_FILE)
    images = table["image"].to_pylist()
    images[0] = images[0][:100]
    column = table.schema.get_field_index("image")
    pq.write_table(table.set_column(column, table.schema.field("image"), [images]), broken / PICTURES_FILE)
    first, second = islice(READERS["views"].rows(broken), 2)
    with pytest.raises(UnreadableImage):
        first.image()
    second.image()


def test_the_command(head: Path, tmp_path: Path) -> None:
    out = tmp_path / "new"
    command = ["views", "render", "--model", str(head), "--people", "1", "--out", str(out), "--size", "32"]
    done = CliRunner().invoke(app, [*command, "--views", "0,45", "--workers", "1"], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert f"wrote {out / PICTURES_FILE}" in done.output
    assert len(read("views", out)) == 14
    done = CliRunner().invoke(app, [*command, "--views", "left"])
    assert isinstance(done.exception, InputError)
    assert "whole degrees" in str(done.exception)


def test_brows_of_a_real_head(ict_facekit: Path) -> None:
    from mien.views.expressions import EXPRESSIONS, perform
    from mien.views.model import load_model

    model = load_model(ict_facekit)
    moved = {}
    for expression in EXPRESSIONS:
        weights = perform(expression, np.random.default_rng(0)).weights
        moved[expression.name] = model.expressed(weights)[model.landmarks, 1]
    inner, outer, corners, chin = [21, 22], [18, 25], [48, 54], 8
    assert moved["angry"][inner].max() < -0.2
    assert moved["surprise"][inner + outer].min() > 0.2
    assert moved["sad"][inner].mean() > moved["sad"][outer].mean() + 0.2
    assert moved["happy"][corners].min() > 0.4
    assert moved["sad"][corners].max() < -0.2
    assert moved["scream"][chin] < moved["surprise"][chin] < moved["neutral"][chin]


def test_a_real_head(ict_facekit: Path, tmp_path: Path) -> None:
    from mien.views.expressions import EXPRESSIONS
    from mien.views.model import load_model
    from mien.views.recording import Studio

    studio = Studio(load_model(ict_facekit), 64, 0)
    happy = next(e for e in EXPRESSIONS if e.name == "happy")
    (view,) = studio.record(studio.invite(0), happy, (0,))
    assert ((view.landmarks > 0) & (view.landmarks < 64)).all()
    assert view.landmarks[36, 0] < view.landmarks[45, 0]
    assert view.landmarks[8, 1] > view.landmarks[51, 1] > view.landmarks[30, 1]
    assert view.visible[27:36].all()
