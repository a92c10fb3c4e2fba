"""Videos over HTTP, to a service as users start it."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("av")
pytest.importorskip("lap")

import pyarrow.parquet as parquet
from clips import astronaut_clip, empty_clip, workers_of
from serving import Service, running

Image = npt.NDArray[np.uint8]


@pytest.fixture
def client(service: Service) -> Any:
    with httpx.Client(base_url=service.url, timeout=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def empty_video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return empty_clip(tmp_path_factory.mktemp("clips") / "empty.mp4").read_bytes()


def wait_for(
    client: httpx.Client, identity: str, wanted: Callable[[dict[str, Any]], bool], seconds: float = 90
) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job: dict[str, Any] = client.get(f"/v1/jobs/{identity}").raise_for_status().json()
        if wanted(job):
            return job
        time.sleep(0.1)
    raise TimeoutError(job)


def ended(job: dict[str, Any]) -> bool:
    return job["status"] in ("done", "failed")


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return response.status_code, body["code"]


def test_a_video_from_upload_to_results(client: httpx.Client, astronaut: Image, tmp_path: Path) -> None:
    video = astronaut_clip(tmp_path / "clip.mp4", astronaut, 2).read_bytes()
    answer = client.post(
        "/v1/videos",
        params={"label_set": "five", "fps": 5, "smooth": 0},
        files={"file": ('../../etc/my "talk".mp4', video, "video/mp4")},
    )
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    assert len(job["id"]) >= 20
    assert (job["status"], job["model"], job["label_set"], job["results"]) == ("waiting", "mien", "five", None)
    assert problem(client.get(f"/v1/jobs/{job['id']}/result.csv")) == (409, "not_done")
    assert job["id"] in [listed["id"] for listed in client.get("/v1/jobs").json()["jobs"]]

    job = wait_for(client, job["id"], ended)
    assert (job["status"], job["error"], job["warnings"]) == ("done", None, [])
    assert (job["progress"], job["frames"]) == (1.0, 10)
    moments = [datetime.fromisoformat(job[name]) for name in ("created", "started", "ended", "expires")]
    assert moments == sorted(moments)
    assert moments[3] - moments[2] == timedelta(hours=24)

    files = {name: client.get(address).raise_for_status() for name, address in job["results"].items()}
    kinds = {name: file.headers["content-type"] for name, file in files.items()}
    assert kinds == {
        "csv": "text/csv; charset=utf-8",
        "json": "application/x-ndjson",
        "parquet": "application/vnd.apache.parquet",
        "html": "text/html; charset=utf-8",
    }
    rows = list(csv.DictReader(io.StringIO(files["csv"].text)))
    lines = [json.loads(line) for line in files["json"].text.splitlines()]
    table = parquet.read_table(io.BytesIO(files["parquet"].content)).to_pylist()
    assert len(rows) == len(lines) == len(table) == 10
    assert [line["label"] for line in lines] == [row["label"] for row in rows] == [row["label"] for row in table]
    np.testing.assert_allclose([float(row["time"]) for row in rows], np.arange(10) / 5, atol=1e-3)
    assert set(lines[0]["probabilities"]) == {"angry", "happy", "sad", "surprise", "neutral"}
    assert lines[0]["probabilities"] == lines[0]["raw"]  # smooth=0

    page = files["html"]
    assert "data:image/jpeg;base64," in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts allow-downloads;")
    for file in files.values():
        disposition = file.headers["content-disposition"]
        assert file.headers["x-content-type-options"] == "nosniff"
        assert "etc" not in disposition
        assert disposition.isascii()
    assert files["csv"].headers["content-disposition"].startswith("attachment; ")

    assert client.delete(f"/v1/jobs/{job['id']}").status_code == 204
    for address in (f"/v1/jobs/{job['id']}", *job["results"].values()):
        assert problem(client.get(address)) == (404, "no_such_job")
    assert problem(client.delete(f"/v1/jobs/{job['id']}")) == (404, "no_such_job")


def test_a_broken_video_fails_with_a_reason(client: httpx.Client) -> None:
    files = {"file": ("no\r\nvideo.mp4", b"this is no video" * 100)}
    job = client.post("/v1/videos", files=files).json()
    job = wait_for(client, job["id"], ended)
    assert job["status"] == "failed"
    assert job["error"]["code"] == "unreadable_video"
    assert job["error"]["message"].startswith(f"{job['name']}: not a video")
    assert job["results"] is None
    assert problem(client.get(f"/v1/jobs/{job['id']}/report.html")) == (409, "not_done")
    client.delete(f"/v1/jobs/{job['id']}")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"model": "nobody"}, "unknown_name"),
        ({"label_set": "nothing"}, "unknown_name"),
        ({"fps": "0"}, "bad_parameter"),
        ({"fps": "nan"}, "bad_parameter"),
        ({"smooth": "-1"}, "bad_parameter"),
        ({"smooth": "inf"}, "bad_parameter"),
        ({"baseline": "yesterday"}, "bad_input"),
        ({"baseline": "5-3"}, "bad_input"),
    ],
)
def test_options_are_checked_at_once(options: dict[str, str], code: str, client: httpx.Client) -> None:
    refusal = client.post("/v1/videos", params=options, content=b"1", headers={"content-type": "video/mp4"})
    assert problem(refusal) == (422, code)


def test_requests_that_hold_no_video(client: httpx.Client) -> None:
    assert problem(client.post("/v1/videos", json={})) == (415, "unsupported_media_type")
    assert problem(client.post("/v1/videos", content=b"", headers={"content-type": "video/mp4"})) == (
        422,
        "unreadable_video",
    )
    assert problem(client.get("/v1/jobs/..%2f..%2fetc%2fpasswd/report.html")) in (
        (404, "not_found"),
        (404, "no_such_job"),
    )
    assert problem(client.get("/v1/jobs/nothing")) == (404, "no_such_job")
    assert problem(client.get("/v1/jobs/nothing/result.xlsx")) == (422, "bad_parameter")


def test_a_killed_service_goes_on_where_it_was(long_video: bytes, empty_video: bytes, tmp_path: Path) -> None:
    uploads = tmp_path / "state" / "jobs"
    kind = {"content-type": "video/mp4"}
    with running(tmp_path) as service, httpx.Client(base_url=service.url, timeout=30) as client:
        finished = client.post("/v1/videos", content=empty_video, headers=kind).json()["id"]
        wait_for(client, finished, lambda job: job["status"] == "done")
        report = client.get(f"/v1/jobs/{finished}/report.html").text
        hit = client.post("/v1/videos", content=long_video, headers=kind).json()["id"]

        # One caller leaves in the middle of sending, another is in the middle of it when the service is killed.
        folders = {finished, hit}
        with half_sent(service, long_video):
            until(lambda: {path.name for path in uploads.iterdir()} > folders)
        until(lambda: {path.name for path in uploads.iterdir()} == folders)
        assert {job["id"] for job in client.get("/v1/jobs").json()["jobs"]} == folders
        half = half_sent(service, long_video)
        until(lambda: {path.name for path in uploads.iterdir()} > folders)

        wait_for(client, hit, lambda job: job["progress"])
        (worker,) = workers_of(service.process.pid)
        os.kill(service.process.pid, signal.SIGKILL)
        service.process.wait()
        half.close()
        until(lambda: not alive(worker))

    with running(tmp_path) as service, httpx.Client(base_url=service.url, timeout=30) as client:
        assert {path.name for path in uploads.iterdir()} == folders
        assert client.get(f"/v1/jobs/{finished}/report.html").text == report
        assert wait_for(client, hit, lambda job: job["progress"])["status"] == "running"
        os.kill(service.process.pid, signal.SIGKILL)
        service.process.wait()

    with running(tmp_path) as service, httpx.Client(base_url=service.url, timeout=30) as client:
        job = client.get(f"/v1/jobs/{hit}").json()
        assert (job["status"], job["error"]["code"]) == ("failed", "interrupted")
        assert client.get(f"/v1/jobs/{finished}").json()["status"] == "done"
        assert client.get(f"/v1/jobs/{finished}/report.html").text == report
        assert not (uploads / hit / "upload").exists()


def half_sent(service: Service, video: bytes) -> socket.socket:
    """A caller who has sent half of a video and says nothing more."""
    connection = socket.create_connection(service.address)
    head = ("POST /v1/videos HTTP/1.1", "Host: localhost", "Content-Type: video/mp4", f"Content-Length: {len(video)}")
    connection.sendall("\r\n".join((*head, "", "")).encode() + video[: len(video) // 2])
    return connection


def until(reached: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
