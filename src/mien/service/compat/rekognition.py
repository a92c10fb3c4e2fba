"""Amazon Rekognition: ``POST /`` with ``X-Amz-Target: RekognitionService.DetectFaces`` (AWS JSON 1.1).

Its angles have the signs of `mien.pose`, as answers of theirs with landmarks show; its left is the left of the picture.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from mien.faces import Face
from mien.service.compat.auth import aws_key, check_key
from mien.service.compat.reading import from_base64, read_faces, read_json, refusing
from mien.service.problems import Problem

PATH = "/"

_TARGET = "RekognitionService.DetectFaces"
_MOST_FACES = 100

_ATTRIBUTES = {
    *("ALL", "DEFAULT", "AGE_RANGE", "BEARD", "EMOTIONS", "EYE_DIRECTION", "EYEGLASSES", "EYES_OPEN"),
    *("FACE_OCCLUDED", "GENDER", "MOUTH_OPEN", "MUSTACHE", "SMILE", "SUNGLASSES"),
}
_EMOTIONS = {
    "HAPPY": "happy",
    "SAD": "sad",
    "ANGRY": "angry",
    "DISGUSTED": "disgust",
    "SURPRISED": "surprise",
    "CALM": "neutral",
    "FEAR": "fear",
}
_LANDMARKS = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")

_ERRORS = {
    "no_key": (400, "MissingAuthenticationTokenException"),
    "unauthorized": (400, "UnrecognizedClientException"),
    "unknown_operation": (400, "UnknownOperationException"),
    "bad_json": (400, "SerializationException"),
    "no_bucket": (400, "InvalidS3ObjectException"),
    "unreadable_image": (400, "InvalidImageFormatException"),
    "image_too_large": (400, "ImageTooLargeException"),
    "too_large": (400, "ImageTooLargeException"),
    "overloaded": (400, "ThrottlingException"),
    "internal": (500, "InternalServerError"),
}

router = APIRouter()


def _refuse(request: Request, problem: Problem) -> Response:
    status, kind = _ERRORS.get(problem.code, (400, "InvalidParameterException"))
    return _answer({"__type": kind, "Message": problem.detail}, status, {**problem.headers, "x-amzn-errortype": kind})


def _answer(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    common = {"x-amzn-requestid": str(uuid4())}
    return JSONResponse(body, status, {**common, **(headers or {})}, "application/x-amz-json-1.1")


@router.post(PATH)
@refusing(_refuse)
async def detect_faces(request: Request) -> Response:
    check_key(request, aws_key(request))
    if request.headers.get("x-amz-target") != _TARGET:
        raise Problem(400, "unknown_operation", "of Rekognition there is only DetectFaces here")
    asked = await read_json(request)
    attributes = asked.get("Attributes") or ["DEFAULT"]
    if not isinstance(attributes, list) or not all(isinstance(a, str) and a in _ATTRIBUTES for a in attributes):
        raise Problem(400, "bad_parameter", "Attributes names what does not exist")
    faces = await read_faces(request, await _picture(asked), "ekman7")
    details = [describe(face, set(attributes)) for face in faces[:_MOST_FACES]]
    return _answer({"FaceDetails": details, "OrientationCorrection": None})


async def _picture(asked: dict[str, Any]) -> bytes:
    image = asked.get("Image")
    if not isinstance(image, dict):
        raise Problem(400, "bad_parameter", "there is no Image")
    if "S3Object" in image:
        raise Problem(400, "no_bucket", "this service reads no buckets; send Image.Bytes")
    return await from_base64(image.get("Bytes"))


def describe(face: Face, attributes: set[str]) -> dict[str, Any]:
    """An entry of ``FaceDetails``."""
    width, height = face.image_size
    left, top, right, bottom = face.box.tolist()
    described: dict[str, Any] = {
        "BoundingBox": {
            "Width": (right - left) / width,
            "Height": (bottom - top) / height,
            "Left": left / width,
            "Top": top / height,
        },
        "Landmarks": [
            {"Type": name, "X": x / width, "Y": y / height}
            for name, (x, y) in zip(_LANDMARKS, face.landmarks.tolist(), strict=True)
        ],
        "Confidence": 100 * face.score,
    }
    if face.pose:
        described["Pose"] = {"Roll": face.pose.roll, "Yaw": face.pose.yaw, "Pitch": face.pose.pitch}
    if attributes & {"ALL", "SMILE"}:
        happy = face.probability("happy")
        described["Smile"] = {"Value": happy >= 0.5, "Confidence": 100 * max(happy, 1 - happy)}
    if attributes & {"ALL", "EMOTIONS"}:
        emotions = [{"Type": name, "Confidence": 100 * face.probability(label)} for name, label in _EMOTIONS.items()]
        described["Emotions"] = sorted(emotions, key=lambda emotion: -float(str(emotion["Confidence"])))
    return described
