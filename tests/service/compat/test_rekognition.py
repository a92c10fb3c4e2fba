"""Amazon Rekognition: its published shapes, and Amazon's own client."""

from __future__ import annotations

import base64
from typing import Any, Literal

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, confloat
from serving import Service

from mien.faces import Face

Percent = confloat(ge=0, le=100)
Degree = confloat(ge=-180, le=180)


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Box(Shape):
    Width: float
    Height: float
    Left: float
    Top: float


class Landmark(Shape):
    Type: Literal["eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight"]
    X: float
    Y: float


class PoseShape(Shape):
    Roll: Degree
    Yaw: Degree
    Pitch: Degree


class Emotion(Shape):
    Type: Literal["HAPPY", "SAD", "ANGRY", "CONFUSED", "DISGUSTED", "SURPRISED", "CALM", "UNKNOWN", "FEAR"]
    Confidence: Percent


class Smiling(Shape):
    Value: bool
    Confidence: Percent


class FaceDetail(Shape):
    BoundingBox: Box
    Confidence: Percent
    Landmarks: list[Landmark]
    Pose: PoseShape | None = None
    Emotions: list[Emotion] | None = None
    Smile: Smiling | None = None


class Answer(Shape):
    FaceDetails: list[FaceDetail]
    OrientationCorrection: None


def amazon(service: Service, key: str = "AKIDEXAMPLE") -> Any:
    return boto3.client(
        "rekognition",
        region_name="eu-west-1",
        endpoint_url=service.url,
        aws_access_key_id=key,
        aws_secret_access_key="any",
        config=Config(retries={"max_attempts": 0}),
    )


def post(service: Service, body: Any, target: str = "RekognitionService.DetectFaces", **headers: str) -> httpx.Response:
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1", **headers}
    return httpx.post(service.url, json=body, headers=headers, timeout=60)


def picture(data: bytes) -> dict[str, Any]:
    return {"Image": {"Bytes": base64.b64encode(data).decode()}}


def test_amazons_client(locked: Service, jpeg: bytes, seven: Face, token: str) -> None:
    answer = amazon(locked, token).detect_faces(Image={"Bytes": jpeg}, Attributes=["ALL"])
    assert answer["ResponseMetadata"]["RequestId"]
    (face,) = answer["FaceDetails"]
    x1, y1, x2, y2 = seven.box / 512
    expected = {"Left": x1, "Top": y1, "Width": x2 - x1, "Height": y2 - y1}
    assert face["BoundingBox"] == pytest.approx(expected, abs=1e-4)
    assert face["Confidence"] == pytest.approx(100 * seven.score, abs=0.01)
    assert face["Pose"] == pytest.approx({n.title(): v for n, v in seven.pose._asdict().items()}, abs=0.01)
    emotions = {emotion["Type"]: emotion["Confidence"] for emotion in face["Emotions"]}
    assert next(iter(emotions)) == "HAPPY"
    assert list(emotions.values()) == sorted(emotions.values(), reverse=True)
    assert sum(emotions.values()) == pytest.approx(100, abs=1e-3)
    assert emotions["CALM"] == pytest.approx(100 * seven.probability("neutral"), abs=1e-3)
    assert face["Smile"] == {"Value": True, "Confidence": emotions["HAPPY"]}
    landmarks = {point["Type"]: (point["X"], point["Y"]) for point in face["Landmarks"]}
    assert landmarks["nose"] == pytest.approx(tuple(seven.landmarks[2] / 512), abs=1e-4)
    assert landmarks["eyeLeft"][0] < landmarks["eyeRight"][0]


def test_without_attributes_there_are_no_emotions(compat: Service, jpeg: bytes) -> None:
    answer = amazon(compat).detect_faces(Image={"Bytes": jpeg})
    assert set(answer["FaceDetails"][0]) == {"BoundingBox", "Confidence", "Landmarks", "Pose"}
    answer = amazon(compat).detect_faces(Image={"Bytes": jpeg}, Attributes=["DEFAULT", "SMILE"])
    assert set(answer["FaceDetails"][0]) == {"BoundingBox", "Confidence", "Landmarks", "Pose", "Smile"}


def test_the_shape(compat: Service, two_faces: bytes, no_face: bytes) -> None:
    answer = post(compat, {**picture(two_faces), "Attributes": ["ALL"]})
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    large, small = Answer.model_validate(answer.json()).FaceDetails
    assert large.BoundingBox.Width > 1.5 * small.BoundingBox.Width
    assert Answer.model_validate(post(compat, picture(no_face)).json()).FaceDetails == []


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"Image": {"Bytes": b"no picture"}}, "InvalidImageFormatException"),
        ({"Image": {"S3Object": {"Bucket": "bucket", "Name": "name"}}}, "InvalidS3ObjectException"),
        ({"Image": {}}, "InvalidParameterException"),
        ({"Image": {"Bytes": b"a"}, "Attributes": ["MOOD"]}, "InvalidParameterException"),
    ],
)
def test_amazons_client_meets_errors(compat: Service, call: Any, code: str) -> None:
    client = amazon(compat)
    with pytest.raises(ClientError) as caught:
        client.detect_faces(**call)
    assert caught.value.response["Error"]["Code"] == code
    if hasattr(client.exceptions, code):
        assert isinstance(caught.value, getattr(client.exceptions, code))


def test_error_bodies(compat: Service) -> None:
    answer = post(compat, {"Image": {"Bytes": "%"}})
    assert answer.status_code == 400
    assert answer.headers["x-amzn-errortype"] == answer.json()["__type"] == "InvalidParameterException"
    assert set(answer.json()) == {"__type", "Message"}
    other = post(compat, {}, "RekognitionService.CompareFaces")
    assert other.json()["__type"] == "UnknownOperationException"
    assert post(compat, [1]).json()["__type"] == "SerializationException"


def test_the_access_key_is_the_token(locked: Service, no_face: bytes, token: str) -> None:
    assert amazon(locked, token).detect_faces(Image={"Bytes": no_face})["FaceDetails"] == []
    with pytest.raises(ClientError) as caught:
        amazon(locked, "AKIDEXAMPLE").detect_faces(Image={"Bytes": no_face})
    assert caught.value.response["Error"]["Code"] == "UnrecognizedClientException"
    unsigned = post(locked, picture(no_face))
    assert unsigned.json()["__type"] == "MissingAuthenticationTokenException"
