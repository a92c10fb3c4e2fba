"""Face of Microsoft Azure: ``POST /face/{version}/detect``.

The emotions were in version 1.0 and are gone from the later ones, whose paths are here for clients that know no other.
Azure's angles have the signs of `mien.pose`; its left is the left of the picture.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from mien.faces import Face
from mien.service.compat.auth import azure_key, check_key
from mien.service.compat.reading import (
    URL_PROBLEMS,
    corner_and_size,
    face_token,
    from_url,
    read_faces,
    read_json,
    refusing,
)
from mien.service.problems import Problem

PATHS = tuple(f"/face/{version}/detect" for version in ("v1.0", "v1.1-preview.1", "v1.2-preview.1", "v1.2"))

_ATTRIBUTES = {
    *("accessories", "age", "blur", "emotion", "exposure", "facialHair", "gender", "glasses", "hair"),
    *("headPose", "makeup", "mask", "noise", "occlusion", "qualityForRecognition", "smile"),
}
_EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
_LANDMARKS = ("pupilLeft", "pupilRight", "noseTip", "mouthLeft", "mouthRight")

_ERRORS = {
    "no_key": (401, "Unspecified"),
    "unauthorized": (401, "Unspecified"),
    "unreadable_image": (400, "InvalidImage"),
    "image_too_large": (400, "InvalidImageSize"),
    "too_large": (400, "InvalidImageSize"),
    "no_picture": (400, "InvalidImageSize"),
    "too_slow": (408, "OperationTimeOut"),
    "unsupported_media_type": (415, "UnsupportedMediaType"),
    "overloaded": (429, "RateLimitExceeded"),
    "internal": (500, "InternalServerError"),
    **dict.fromkeys(URL_PROBLEMS, (400, "InvalidURL")),
}

router = APIRouter()


def _refuse(request: Request, problem: Problem) -> Response:
    status, code = _ERRORS.get(problem.code, (400, "BadArgument"))
    return JSONResponse({"error": {"code": code, "message": problem.detail}}, status, problem.headers)


@refusing(_refuse)
async def detect(request: Request) -> Response:
    check_key(request, azure_key(request))
    attributes = {name.strip() for name in request.query_params.get("returnFaceAttributes", "").split(",")} - {""}
    if unknown := attributes - _ATTRIBUTES:
        raise Problem(400, "bad_parameter", f"returnFaceAttributes: there is no {min(unknown)}")
    with_id = _flag(request, "returnFaceId", True)
    with_landmarks = _flag(request, "returnFaceLandmarks", False)
    picture = await _picture(request)
    answer = []
    for index, face in enumerate(await read_faces(request, picture, "ferplus8")):
        left, top, width, height = corner_and_size(face)
        entry: dict[str, Any] = {"faceId": str(UUID(face_token(picture, index)))} if with_id else {}
        entry["faceRectangle"] = {"top": top, "left": left, "width": width, "height": height}
        if with_landmarks:
            points = zip(_LANDMARKS, face.landmarks.tolist(), strict=True)
            entry["faceLandmarks"] = {name: {"x": x, "y": y} for name, (x, y) in points}
        if attributes:
            entry["faceAttributes"] = describe(face, attributes)
        answer.append(entry)
    return JSONResponse(answer)


for _path in PATHS:
    router.add_api_route(_path, detect, methods=["POST"])


async def _picture(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return await from_url(request, (await read_json(request)).get("url"))
    if kind == "application/octet-stream":
        return await request.body()
    raise Problem(415, "unsupported_media_type", "send application/octet-stream, or application/json with a url")


def _flag(request: Request, name: str, default: bool) -> bool:
    text = request.query_params.get(name, str(default)).lower()
    if text not in ("true", "false"):
        raise Problem(400, "bad_parameter", f"{name} is true or false")
    return text == "true"


def describe(face: Face, attributes: set[str]) -> dict[str, Any]:
    """What ``faceAttributes`` says of a face."""
    described: dict[str, Any] = {}
    if "smile" in attributes:
        described["smile"] = face.probability("happiness")
    if "headPose" in attributes and face.pose:
        described["headPose"] = {"pitch": face.pose.pitch, "roll": face.pose.roll, "yaw": face.pose.yaw}
    if "emotion" in attributes:
        described["emotion"] = {name: face.probability(name) for name in _EMOTIONS}
    return described
