"""Pictures over HTTP: every way to send them gives what the library gives."""

from __future__ import annotations

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from serving import Service

import mien

ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
JPEG = ASTRONAUT.read_bytes()


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """What the library says of the portrait."""
    return mien.analyze(ASTRONAUT).to_dicts()[0]


def check(face: dict[str, Any], expected: dict[str, Any]) -> None:
    assert face["label"] == expected["label"] == "happy"
    np.testing.assert_allclose(face["box"], expected["box"], atol=1e-3)
    np.testing.assert_allclose(
        list(face["probabilities"].values()), list(expected["probabilities"].values()), atol=1e-5
    )
    assert list(face["probabilities"]) == list(expected["probabilities"])


def png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


GREY = png(np.full((60, 80, 3), 128, np.uint8))


def post(service: Service, **more: Any) -> httpx.Response:
    return httpx.post(f"{service.url}/v1/analyze", timeout=60, **more)


@pytest.mark.parametrize("kind", ["image/jpeg", "application/octet-stream", None])
def test_the_body_itself_is_a_picture(service: Service, expected: dict[str, Any], kind: str | None) -> None:
    answer = post(service, content=JPEG, headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["model"], body["label_set"]) == ("mien", "ekman7")
    (picture,) = body["results"]
    assert (picture["width"], picture["height"]) == (512, 512)
    check(picture["faces"][0], expected)


def test_files_of_a_form_come_back_in_order(service: Service, expected: dict[str, Any]) -> None:
    files = [("a", ("one.jpg", JPEG)), ("b", ("grey.png", GREY)), ("a", ("two.jpg", JPEG))]
    pictures = post(service, files=files).json()["results"]
    assert [picture["image"] for picture in pictures] == ["one.jpg", "grey.png", "two.jpg"]
    assert [len(picture["faces"]) for picture in pictures] == [1, 0, 1]
    check(pictures[2]["faces"][0], expected)


@pytest.mark.parametrize("prefix", ["", "data:image/jpeg;base64,"])
def test_base64_within_json(service: Service, expected: dict[str, Any], prefix: str) -> None:
    text = prefix + base64.b64encode(JPEG).decode()
    (picture,) = post(service, json={"images": [text]}).json()["results"]
    check(picture["faces"][0], expected)


def test_a_bad_picture_does_not_hold_up_the_others(service: Service, expected: dict[str, Any]) -> None:
    files = [("a", ("notes.txt", b"not a picture")), ("a", ("short.jpg", JPEG[:2000])), ("a", ("good.jpg", JPEG))]
    answer = post(service, files=files)
    assert answer.status_code == 200
    notes, short, good = answer.json()["results"]
    assert notes["error"]["code"] == short["error"]["code"] == "unreadable_image"
    assert "not a picture in a format mien reads" in notes["error"]["message"]
    assert short["error"]["message"] == "the picture is cut short or damaged"
    assert "faces" not in short
    check(good["faces"][0], expected)


def test_options_are_heard(service: Service) -> None:
    query = {"label_set": "five", "crops": "10", "min_score": "0.5"}
    body = post(service, content=JPEG, params=query).json()
    ours = mien.Analyzer(label_set="five", crops=10, min_score=0.5).analyze(ASTRONAUT).to_dicts()[0]
    assert body["label_set"] == "five"
    (face,) = body["results"][0]["faces"]
    assert face["probabilities"] == pytest.approx(ours["probabilities"], abs=1e-5)
    unsure = post(service, content=JPEG, params={"min_score": 0.99}).json()
    assert unsure["results"][0]["faces"] == []


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ({"crops": "3"}, "bad_parameter", "crops: Input should be 1, 2, 5 or 10"),
        ({"min_score": "2"}, "bad_parameter", "min_score: Input should be less than or equal to 1"),
        ({"min_score": "nan"}, "bad_parameter", "min_score"),
        ({"model": "../../etc/passwd"}, "unknown_name", "no model is named '../../etc/passwd' here; there are: mien"),
        ({"label_set": "ekman"}, "unknown_name", "did you mean 'ekman7'?"),
        ({"label_set": "compound11"}, "bad_input", "cannot say 'compound11'"),
    ],
)
def test_a_bad_option_is_named(service: Service, query: dict[str, str], code: str, words: str) -> None:
    answer = post(service, content=JPEG, params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (422, code)
    assert words in problem["detail"]


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"content": b""}, 422, "no_picture"),
        ({"content": b"not a picture"}, 422, "unreadable_image"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "bad_json"),
        ({"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}}, 400, "bad_json"),
        ({"json": {"images": "x"}}, 422, "bad_parameter"),
        ({"json": {"images": [1]}}, 422, "bad_parameter"),
        ({"json": {"images": []}}, 422, "no_picture"),
        ({"json": {"images": ["*"]}}, 422, "bad_base64"),
        ({"json": {"images": ["AA=="] * 33}}, 422, "too_many_pictures"),
        ({"files": [("a", ("x", b"x"))] * 33}, 400, "bad_form"),
        ({"data": {"a": "b"}, "files": [("c", ("", b""))]}, 422, "no_picture"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "bad_form"),
        (
            {"content": b"--a\r\nnonsense", "headers": {"Content-Type": "multipart/form-data; boundary=a"}},
            422,
            "no_picture",
        ),
        ({"content": b"x", "headers": {"Content-Type": "text/html"}}, 415, "unsupported_media_type"),
        ({"json": {"images": ["http://127.0.0.1/a.jpg"]}}, 422, "urls_not_allowed"),
    ],
)
def test_nonsense_is_a_problem_and_no_more(service: Service, more: dict[str, Any], status: int, code: str) -> None:
    answer = post(service, **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "Traceback" not in answer.text
    assert str(Path.home()) not in answer.text


def test_a_pixel_bomb_is_not_decoded(service: Service) -> None:
    # 20,000 x 20,000 black pixels: 1.2 GB as RGB, 50 kB as a PNG.
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG", optimize=True)
    answer = post(service, content=file.getvalue())
    assert (answer.status_code, answer.json()["code"]) == (422, "image_too_large")
    assert answer.json()["detail"] == "20000 x 20000 pixels are more than the limit of 50,000,000"


def test_a_path_in_a_file_name_is_only_a_name(service: Service) -> None:
    name = "../../../etc/passwd"
    (picture,) = post(service, files=[("a", (name, JPEG))]).json()["results"]
    assert picture["image"] == name
    assert len(picture["faces"]) == 1


def test_many_callers_at_once_each_get_their_own(service: Service, expected: dict[str, Any]) -> None:
    flipped = png(np.ascontiguousarray(np.asarray(Image.open(ASTRONAUT))[:, ::-1]))
    wide = png(np.concatenate([np.asarray(Image.open(ASTRONAUT))] * 2, 1))
    kinds = [(JPEG, 1, 512), (GREY, 0, 80), (wide, 2, 1024), (flipped, 1, 512)] * 6
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda kind: post(service, content=kind[0]).json()["results"][0], kinds))
    assert [(len(a["faces"]), a["width"]) for a in answers] == [(n, width) for _, n, width in kinds]
    for answer, (data, _, _) in zip(answers, kinds, strict=True):
        if data == JPEG:
            check(answer["faces"][0], expected)
    metrics = httpx.get(f"{service.url}/metrics").text
    assert "mien_pictures_waiting 0.0" in metrics


def test_models_and_their_words(service: Service) -> None:
    body = httpx.get(f"{service.url}/v1/models").json()
    first = body["models"][0]
    assert (first["name"], first["default"], first["crops"]) == ("mien", True, [1, 2, 5, 10])
    assert first["label_sets"][:2] == ["ekman7", "ferplus8"]
    assert body["label_sets"]["ekman7"] == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    assert set(first["label_sets"]) == set(body["label_sets"])


def test_every_word_of_label_sets_can_be_asked_for(service: Service) -> None:
    body = httpx.get(f"{service.url}/v1/models").json()
    for name, labels in body["label_sets"].items():
        answer = post(service, content=JPEG, params={"label_set": name}).json()
        assert list(answer["results"][0]["faces"][0]["probabilities"]) == labels


def test_the_description_is_complete_and_reached_offline(service: Service) -> None:
    document = httpx.get(f"{service.url}/openapi.json").json()
    operation = document["paths"]["/v1/analyze"]["post"]
    assert set(operation["requestBody"]["content"]) >= {"multipart/form-data", "image/jpeg", "application/json"}
    assert {"200", "413", "422", "503"} <= set(operation["responses"])
    assert "ProblemBody" in document["components"]["schemas"]
    page = httpx.get(f"{service.url}/docs").text
    assert "https://" not in page
    bundle = httpx.get(f"{service.url}/static-offline-docs/swagger-ui-bundle.js")
    assert bundle.status_code == 200


def test_counters_go_by_route(service: Service) -> None:
    httpx.get(f"{service.url}/v1/nothing-here")
    text = httpx.get(f"{service.url}/metrics").text
    assert 'route="none",status="404"' in text
    assert "nothing-here" not in text
    assert json.loads(httpx.get(f"{service.url}/healthz").text) == {"status": "ok"}
