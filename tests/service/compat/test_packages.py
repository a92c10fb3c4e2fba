"""The JSON of ``deepface`` and ``fer``."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ConfigDict, confloat
from serving import Service

from mien.faces import Face

Percent = confloat(ge=0, le=100)
Share = confloat(ge=0, le=1)


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Region(Shape):
    x: int
    y: int
    w: int
    h: int
    left_eye: list[int]
    right_eye: list[int]


class Percents(Shape):
    angry: Percent
    disgust: Percent
    fear: Percent
    happy: Percent
    sad: Percent
    surprise: Percent
    neutral: Percent


class Demography(Shape):
    region: Region
    face_confidence: Share
    emotion: Percents | None = None
    dominant_emotion: str | None = None


class DeepFace(Shape):
    results: list[Demography]


class Shares(Shape):
    angry: Share
    disgust: Share
    fear: Share
    happy: Share
    sad: Share
    surprise: Share
    neutral: Share


class Fer(Shape):
    box: list[int]
    emotions: Shares


def deepface(service: Service, **more: Any) -> httpx.Response:
    return httpx.post(f"{service.url}/compat/deepface/analyze", timeout=60, **more)


def data_url(data: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


@pytest.mark.parametrize("form", [False, True])
def test_deepface(compat: Service, jpeg: bytes, seven: Face, form: bool) -> None:
    if form:
        answer = deepface(compat, files={"img": jpeg}, data={"actions": "['emotion', 'age']"})
    else:
        answer = deepface(compat, json={"img": data_url(jpeg), "actions": ["emotion", "age"]})
    assert answer.status_code == 200
    (face,) = DeepFace.model_validate(answer.json()).results
    assert face.dominant_emotion == "happy"
    emotion = face.emotion.model_dump()
    assert emotion == pytest.approx({name: 100 * seven.probability(name) for name in emotion}, abs=1e-3)
    assert [face.region.x, face.region.y] == pytest.approx(seven.box[:2], abs=1)
    assert face.region.left_eye[0] > face.region.right_eye[0]  # her left is right in the picture


def test_deepface_without_emotions(compat: Service, jpeg: bytes) -> None:
    (face,) = DeepFace.model_validate(deepface(compat, json={"img": data_url(jpeg), "actions": ["age"]}).json()).results
    assert face.model_fields_set == {"region", "face_confidence"}


def test_deepface_without_a_face(compat: Service, no_face: bytes) -> None:
    asked = {"img": data_url(no_face)}
    answer = deepface(compat, json=asked)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    answer = deepface(compat, json={**asked, "enforce_detection": False})
    assert answer.json() == {"results": []}


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({}, "exception"),
        ([], "exception"),
        ({"img": "%"}, "exception"),
        ({"img": data_url(b"no picture")}, "error"),
        ({"img": "https://example.org/a.jpg"}, "error"),
        ({"img": "YQ==", "actions": ["mood"]}, "error"),
    ],
)
def test_deepface_errors(compat: Service, asked: Any, key: str) -> None:
    answer = deepface(compat, json=asked)
    assert answer.status_code == 400
    assert list(answer.json()) == [key]


def test_fer(compat: Service, jpeg: bytes, seven: Face) -> None:
    answer = httpx.post(f"{compat.url}/compat/fer", files={"file": jpeg}, timeout=60)
    assert answer.status_code == 200
    (face,) = (Fer.model_validate(entry) for entry in answer.json())
    emotions = face.emotions.model_dump()
    assert emotions == pytest.approx({name: seven.probability(name) for name in emotions}, abs=1e-5)
    x, y, w, h = face.box
    assert (x, y, x + w, y + h) == pytest.approx(seven.box, abs=1)


def test_fer_has_our_own_errors(compat: Service, no_face: bytes) -> None:
    assert httpx.post(f"{compat.url}/compat/fer", content=no_face, timeout=60).json() == []
    answer = httpx.post(f"{compat.url}/compat/fer", content=b"no picture")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_image")
    answer = httpx.post(f"{compat.url}/compat/fer", files=[("a", no_face), ("b", no_face)])
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_pictures")


@pytest.mark.parametrize("path", ["deepface/analyze", "fer"])
def test_the_token_comes_as_everywhere(locked: Service, path: str, token: str) -> None:
    assert httpx.post(f"{locked.url}/compat/{path}").status_code == 401
    answer = httpx.post(f"{locked.url}/compat/{path}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    "path", ["/", "/face/v1.0/detect", "/facepp/v3/detect", "/rest/2.0/face/v3/detect", "/compat/fer"]
)
def test_nothing_of_this_without_compat(service: Service, path: str) -> None:
    assert httpx.post(f"{service.url}{path}").status_code in (404, 405)
