"""Azure Face: its published shapes, and Microsoft's own client."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from azure.ai.vision.face import FaceClient
from azure.ai.vision.face.models import FaceAttributeType, FaceDetectionModel, FaceRecognitionModel
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from pydantic import BaseModel, ConfigDict, TypeAdapter, confloat
from serving import Service

from mien.faces import Face

Share = confloat(ge=0, le=1)


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Rectangle(Shape):
    top: int
    left: int
    width: int
    height: int


class Point(Shape):
    x: float
    y: float


class Landmarks(Shape):
    pupilLeft: Point  # noqa: N815
    pupilRight: Point  # noqa: N815
    noseTip: Point  # noqa: N815
    mouthLeft: Point  # noqa: N815
    mouthRight: Point  # noqa: N815


class Emotion(Shape):
    anger: Share
    contempt: Share
    disgust: Share
    fear: Share
    happiness: Share
    neutral: Share
    sadness: Share
    surprise: Share


class HeadPose(Shape):
    pitch: float
    roll: float
    yaw: float


class Attributes(Shape):
    emotion: Emotion | None = None
    headPose: HeadPose | None = None  # noqa: N815
    smile: Share | None = None


class Detected(Shape):
    faceId: str | None = None  # noqa: N815
    faceRectangle: Rectangle  # noqa: N815
    faceLandmarks: Landmarks | None = None  # noqa: N815
    faceAttributes: Attributes | None = None  # noqa: N815


class Error(Shape):
    code: str
    message: str


class ErrorBody(Shape):
    error: Error


def post(service: Service, content: bytes, query: str = "", **headers: str) -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream", **headers}
    return httpx.post(f"{service.url}/face/v1.0/detect?{query}", content=content, headers=headers, timeout=60)


def faces(answer: httpx.Response) -> list[Detected]:
    assert answer.status_code == 200, answer.text
    return TypeAdapter(list[Detected]).validate_python(answer.json())


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, ErrorBody.model_validate(answer.json()).error.code


def test_all_that_can_be_asked_for(compat: Service, jpeg: bytes, eight: Face) -> None:
    query = "returnFaceId=true&returnFaceLandmarks=true&returnFaceAttributes=age,emotion,headPose,smile"
    (face,) = faces(post(compat, jpeg, query))
    UUID(face.faceId)
    rectangle, attributes, landmarks = face.faceRectangle, face.faceAttributes, face.faceLandmarks
    x1, y1, x2, y2 = eight.box
    assert (rectangle.left, rectangle.top) == pytest.approx((x1, y1), abs=1)
    assert (rectangle.width, rectangle.height) == pytest.approx((x2 - x1, y2 - y1), abs=1)
    emotion = attributes.emotion.model_dump()
    assert max(emotion, key=emotion.get) == "happiness"
    assert sum(emotion.values()) == pytest.approx(1, abs=1e-5)
    assert emotion == pytest.approx({name: eight.probability(name) for name in emotion}, abs=1e-5)
    assert attributes.smile == emotion["happiness"]
    assert attributes.headPose.model_dump() == pytest.approx(eight.pose._asdict(), abs=0.01)
    assert landmarks.pupilLeft.x < landmarks.noseTip.x < landmarks.pupilRight.x
    assert landmarks.mouthLeft.x < landmarks.mouthRight.x


def test_only_what_is_asked_for(compat: Service, jpeg: bytes) -> None:
    (face,) = faces(post(compat, jpeg))
    assert face.faceId
    assert face.model_fields_set == {"faceId", "faceRectangle"}
    (face,) = faces(post(compat, jpeg, "returnFaceId=false&returnFaceAttributes=emotion"))
    assert face.model_fields_set == {"faceRectangle", "faceAttributes"}
    assert face.faceAttributes.model_fields_set == {"emotion"}


def test_the_largest_face_comes_first(compat: Service, two_faces: bytes) -> None:
    large, small = faces(post(compat, two_faces))
    assert large.faceRectangle.width > 1.5 * small.faceRectangle.width
    assert large.faceId != small.faceId


def test_no_face(compat: Service, no_face: bytes) -> None:
    assert faces(post(compat, no_face)) == []


@pytest.mark.parametrize(
    ("content", "query", "kind", "expected"),
    [
        (b"no picture", "", "application/octet-stream", (400, "InvalidImage")),
        (b"", "", "application/octet-stream", (400, "InvalidImageSize")),
        (b"{", "", "application/json", (400, "BadArgument")),
        (b'{"url": 5}', "", "application/json", (400, "InvalidURL")),
        (b'{"url": "https://example.org/a.jpg"}', "", "application/json", (400, "InvalidURL")),
        (b"a", "returnFaceAttributes=mood", "application/octet-stream", (400, "BadArgument")),
        (b"a", "returnFaceId=maybe", "application/octet-stream", (400, "BadArgument")),
        (b"a", "", "text/plain", (415, "UnsupportedMediaType")),
    ],
)
def test_errors(compat: Service, content: bytes, query: str, kind: str, expected: Any) -> None:
    assert error(post(compat, content, query, **{"Content-Type": kind})) == expected


def test_the_key_is_the_token(locked: Service, no_face: bytes, token: str) -> None:
    assert error(post(locked, no_face)) == (401, "Unspecified")
    assert error(post(locked, no_face, **{"Ocp-Apim-Subscription-Key": "wrong"})) == (401, "Unspecified")
    assert faces(post(locked, no_face, **{"Ocp-Apim-Subscription-Key": token})) == []
    assert faces(post(locked, no_face, f"subscription-key={token}")) == []


DETECTION = {
    "detection_model": FaceDetectionModel.DETECTION01,
    "recognition_model": FaceRecognitionModel.RECOGNITION04,
    "return_face_id": True,
}


def client(service: Service, key: str) -> FaceClient:
    return FaceClient(service.url, AzureKeyCredential(key), retry_total=0)


def test_microsofts_client(locked: Service, jpeg: bytes, eight: Face, token: str) -> None:
    with client(locked, token) as azure:
        (face,) = azure.detect(
            jpeg,
            return_face_landmarks=True,
            return_face_attributes=[FaceAttributeType.HEAD_POSE, FaceAttributeType.SMILE, "emotion"],
            **DETECTION,
        )
    assert face.face_rectangle.left == pytest.approx(eight.box[0], abs=1)
    assert face.face_landmarks.nose_tip.x == pytest.approx(eight.landmarks[2, 0], abs=0.01)
    assert face.face_attributes.head_pose.yaw == pytest.approx(eight.pose.yaw, abs=0.01)
    assert face.face_attributes.smile > 0.9
    assert face.face_attributes["emotion"]["happiness"] > 0.9


def test_microsofts_client_meets_errors(locked: Service, jpeg: bytes, token: str) -> None:
    with client(locked, "wrong") as azure, pytest.raises(ClientAuthenticationError):
        azure.detect(jpeg, **DETECTION)
    with client(locked, token) as azure:
        with pytest.raises(HttpResponseError) as caught:
            azure.detect(b"no picture", **DETECTION)
        assert caught.value.error.code == "InvalidImage"
        with pytest.raises(HttpResponseError) as caught:
            azure.detect_from_url(url="https://example.org/a.jpg", **DETECTION)
        assert caught.value.error.code == "InvalidURL"
