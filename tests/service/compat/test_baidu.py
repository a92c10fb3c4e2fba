"""Baidu's face detection: its published shapes."""

from __future__ import annotations

import base64
import time
from math import cos, radians, sin
from typing import Any, Literal

import httpx
import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, confloat
from serving import Service

from mien.faces import Face

Share = confloat(ge=0, le=1)


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Location(Shape):
    left: float
    top: float
    width: int
    height: int
    rotation: int


class Angle(Shape):
    yaw: confloat(ge=-90, le=90)
    pitch: float
    roll: confloat(ge=-180, le=180)


class Expression(Shape):
    type: Literal["none", "smile", "laugh"]
    probability: Share


class Emotion(Shape):
    type: Literal["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "pouty", "grimace"]
    probability: Share


class Point(Shape):
    x: float
    y: float


class Found(Shape):
    face_token: str
    location: Location
    face_probability: Share
    angle: Angle | None = None
    expression: Expression | None = None
    emotion: Emotion | None = None
    landmark: list[Point] | None = None


class Result(Shape):
    face_num: int
    face_list: list[Found]


class Answer(Shape):
    error_code: int
    error_msg: str
    log_id: int
    timestamp: int
    cached: int
    result: Result | None


def base64_of(data: bytes) -> dict[str, str]:
    return {"image": base64.b64encode(data).decode(), "image_type": "BASE64"}


def post(service: Service, asked: Any, query: str = "", form: bool = False) -> Answer:
    body = {"data" if form else "json": asked}
    answer = httpx.post(f"{service.url}/rest/2.0/face/v3/detect?{query}", timeout=60, **body)
    assert answer.status_code == 200
    return Answer.model_validate(answer.json())


@pytest.mark.parametrize("form", [False, True])
def test_all_that_can_be_asked_for(compat: Service, jpeg: bytes, seven: Face, form: bool) -> None:
    asked = {**base64_of(jpeg), "face_field": "age,expression,emotion,landmark"}
    answer = post(compat, asked, form=form)
    assert (answer.error_code, answer.error_msg, answer.cached) == (0, "SUCCESS", 0)
    assert answer.timestamp == pytest.approx(time.time(), abs=60)
    (face,) = answer.result.face_list
    assert (face.emotion.type, face.expression.type) == ("happy", "smile")
    assert face.emotion.probability == pytest.approx(seven.probability("happy"), abs=1e-5)
    yaw, pitch, roll = seven.pose
    assert face.angle.model_dump() == pytest.approx({"yaw": yaw, "pitch": -pitch, "roll": roll}, abs=0.01)
    left_eye, right_eye, nose, mouth = ((point.x, point.y) for point in face.landmark)
    assert left_eye[0] < nose[0] < right_eye[0]
    assert mouth == pytest.approx(tuple(seven.landmarks[3:].mean(0)), abs=0.01)


def test_the_box_is_turned_with_the_head(compat: Service, jpeg: bytes, seven: Face) -> None:
    location = post(compat, base64_of(jpeg)).result.face_list[0].location
    assert location.rotation == round(seven.pose.roll)
    turn = radians(location.rotation)
    across, down = np.array((cos(turn), sin(turn))), np.array((-sin(turn), cos(turn)))
    middle = np.array((location.left, location.top)) + (location.width * across + location.height * down) / 2
    assert middle == pytest.approx((seven.box[:2] + seven.box[2:]) / 2, abs=1)


def test_only_what_is_asked_for(compat: Service, jpeg: bytes) -> None:
    (face,) = post(compat, base64_of(jpeg)).result.face_list
    assert face.model_fields_set == {"face_token", "location", "face_probability", "angle"}


def test_one_face_unless_more_are_asked_for(compat: Service, two_faces: bytes) -> None:
    one = post(compat, base64_of(two_faces)).result
    both = post(compat, {**base64_of(two_faces), "max_face_num": 2}).result
    assert (one.face_num, both.face_num) == (1, 2)
    assert one.face_list[0] == both.face_list[0]
    assert both.face_list[0].location.width > 1.5 * both.face_list[1].location.width


def test_a_picture_without_a_face(compat: Service, no_face: bytes) -> None:
    answer = post(compat, base64_of(no_face))
    assert (answer.error_code, answer.error_msg, answer.result) == (222202, "pic not has face", None)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (base64_of(b"no picture"), 222203),
        ({"image": "%", "image_type": "BASE64"}, 222203),
        ({"image": 5, "image_type": "BASE64"}, 222203),
        ({"image_type": "BASE64"}, 222001),
        ({"image": "YQ=="}, 222001),
        ({"image": "YQ==", "image_type": "base32"}, 222015),
        ({"image": "YQ==", "image_type": "FACE_TOKEN"}, 222209),
        ({"image": "https://example.org/a.jpg", "image_type": "URL"}, 222204),
        ({**base64_of(b"a"), "max_face_num": "many"}, 222016),
        ({**base64_of(b"a"), "max_face_num": 0}, 222016),
        ([], 222200),
    ],
)
def test_errors(compat: Service, asked: Any, code: int) -> None:
    answer = post(compat, asked)
    assert (answer.error_code, answer.result) == (code, None)


def test_the_access_token_is_the_token(locked: Service, no_face: bytes, token: str) -> None:
    assert post(locked, base64_of(no_face)).error_code == 100
    assert post(locked, base64_of(no_face), "access_token=wrong").error_code == 110
    assert post(locked, base64_of(no_face), f"access_token={token}").error_code == 222202
