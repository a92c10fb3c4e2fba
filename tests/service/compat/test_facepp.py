"""Face++: its published shapes."""

from __future__ import annotations

import base64
import re
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ConfigDict, confloat
from serving import Service

from mien.faces import Face

Percent = confloat(ge=0, le=100)
Degree = confloat(ge=-180, le=180)


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Rectangle(Shape):
    top: int
    left: int
    width: int
    height: int


class Emotion(Shape):
    anger: Percent
    disgust: Percent
    fear: Percent
    happiness: Percent
    neutral: Percent
    sadness: Percent
    surprise: Percent


class Smile(Shape):
    value: Percent
    threshold: float


class HeadPose(Shape):
    pitch_angle: Degree
    roll_angle: Degree
    yaw_angle: Degree


class Attributes(Shape):
    emotion: Emotion | None = None
    smile: Smile | None = None
    headpose: HeadPose | None = None


class Point(Shape):
    x: int
    y: int


class Found(Shape):
    face_token: str
    face_rectangle: Rectangle
    landmark: dict[str, Point] | None = None
    attributes: Attributes | None = None


class Answer(Shape):
    request_id: str
    time_used: int
    image_id: str
    face_num: int
    faces: list[Found]


class Failure(Shape):
    request_id: str
    time_used: int
    error_message: str


def post(service: Service, files: Any = None, **fields: str) -> httpx.Response:
    data = {"api_key": "key", "api_secret": "secret", **fields}
    return httpx.post(f"{service.url}/facepp/v3/detect", data=data, files=files, timeout=60)


def read(answer: httpx.Response) -> Answer:
    assert answer.status_code == 200, answer.text
    return Answer.model_validate(answer.json())


def failure(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, Failure.model_validate(answer.json()).error_message


def test_all_that_can_be_asked_for(compat: Service, jpeg: bytes, seven: Face) -> None:
    asked = {"return_landmark": "1", "return_attributes": "gender,age,smiling,headpose,emotion"}
    answer = read(post(compat, {"image_file": jpeg}, **asked))
    assert answer.face_num == 1
    assert re.fullmatch(r"\d+,[0-9a-f-]{36}", answer.request_id)
    (face,) = answer.faces
    assert face.face_rectangle.left == pytest.approx(seven.box[0], abs=1)
    emotion = face.attributes.emotion.model_dump()
    assert sum(emotion.values()) == pytest.approx(100, abs=1e-3)
    assert max(emotion, key=emotion.get) == "happiness"
    assert emotion["anger"] == pytest.approx(100 * seven.probability("angry"), abs=1e-3)
    assert face.attributes.smile.value == emotion["happiness"] > face.attributes.smile.threshold
    yaw, pitch, roll = seven.pose
    expected = {"yaw_angle": -yaw, "pitch_angle": -pitch, "roll_angle": roll}
    assert face.attributes.headpose.model_dump() == pytest.approx(expected, abs=0.01)
    assert face.landmark["left_eye_center"].x < face.landmark["nose_tip"].x < face.landmark["right_eye_center"].x


def test_only_what_is_asked_for(compat: Service, jpeg: bytes) -> None:
    (face,) = read(post(compat, {"image_file": jpeg})).faces
    assert face.model_fields_set == {"face_token", "face_rectangle"}


def test_base64_gives_the_same(compat: Service, jpeg: bytes) -> None:
    padded = jpeg + bytes(1_500_000)  # more than a field of a form may have by default
    file = read(post(compat, {"image_file": padded}, return_attributes="emotion"))
    text = read(post(compat, None, image_base64=base64.b64encode(padded).decode(), return_attributes="emotion"))
    assert text.faces == file.faces
    assert text.image_id == file.image_id
    assert text.request_id != file.request_id
    multipart = {"image_base64": (None, base64.b64encode(padded).decode())}
    assert read(post(compat, multipart, return_attributes="emotion")).faces == file.faces


def test_faces(compat: Service, two_faces: bytes, no_face: bytes) -> None:
    large, small = read(post(compat, {"image_file": two_faces})).faces
    assert large.face_rectangle.width > 1.5 * small.face_rectangle.width
    assert large.face_token != small.face_token
    assert read(post(compat, {"image_file": no_face})).face_num == 0


@pytest.mark.parametrize(
    ("files", "fields", "expected"),
    [
        (None, {}, (400, "MISSING_ARGUMENTS: image_url, image_file, image_base64")),
        ({"image_file": b"no picture"}, {}, (400, "IMAGE_ERROR_UNSUPPORTED_FORMAT: image_file")),
        (None, {"image_base64": "%%%"}, (400, "IMAGE_ERROR_UNSUPPORTED_FORMAT: image_base64")),
        (None, {"image_url": "https://example.org/a.jpg"}, (400, "INVALID_IMAGE_URL: image_url")),
        ({"image_file": b"a"}, {"return_attributes": "mood"}, (400, "BAD_ARGUMENTS: return_attributes")),
    ],
)
def test_errors(compat: Service, files: Any, fields: dict[str, str], expected: Any) -> None:
    assert failure(post(compat, files, **fields)) == expected


def test_a_body_that_is_no_form(compat: Service) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = httpx.post(f"{compat.url}/facepp/v3/detect", content=b"garbage", headers=headers)
    assert failure(answer)[0] == 400


def test_the_key_is_the_token(locked: Service, no_face: bytes, token: str) -> None:
    assert failure(post(locked, {"image_file": no_face})) == (401, "AUTHENTICATION_ERROR")
    assert failure(post(locked, {"image_file": no_face}, api_key="")) == (400, "MISSING_ARGUMENTS: api_key")
    assert read(post(locked, {"image_file": no_face}, api_key=token)).faces == []
