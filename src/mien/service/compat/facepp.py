"""Face++ of Megvii: ``POST /facepp/v3/detect``.

Its yaw is positive towards the left of the picture and its pitch towards the floor, other than in `mien.pose`; that is
seen from answers of theirs that have landmarks too. Its left is the left of the picture.
"""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from mien.faces import Face
from mien.service.compat.auth import check_key
from mien.service.compat.reading import (
    corner_and_size,
    face_token,
    from_base64,
    from_url,
    read_faces,
    read_form,
    refusing,
)
from mien.service.problems import Problem

PATH = "/facepp/v3/detect"

_SMILING = 50  # percent

_ATTRIBUTES = {
    *("none", "age", "beauty", "blur", "emotion", "ethnicity", "eyegaze", "eyestatus", "facequality"),
    *("gender", "headpose", "mouthstatus", "skinstatus", "smiling"),
}
_EMOTIONS = {
    "anger": "angry",
    "disgust": "disgust",
    "fear": "fear",
    "happiness": "happy",
    "neutral": "neutral",
    "sadness": "sad",
    "surprise": "surprise",
}
_LANDMARKS = ("left_eye_center", "right_eye_center", "nose_tip", "mouth_left_corner", "mouth_right_corner")

# {} is the field that the picture came in.
_ERRORS = {
    "no_key": (400, "MISSING_ARGUMENTS: api_key"),
    "unauthorized": (401, "AUTHENTICATION_ERROR"),
    "no_picture": (400, "MISSING_ARGUMENTS: image_url, image_file, image_base64"),
    "bad_form": (400, "MISSING_ARGUMENTS: image_url, image_file, image_base64"),
    "bad_attributes": (400, "BAD_ARGUMENTS: return_attributes"),
    "unreadable_image": (400, "IMAGE_ERROR_UNSUPPORTED_FORMAT: {}"),
    "bad_base64": (400, "IMAGE_ERROR_UNSUPPORTED_FORMAT: {}"),
    "image_too_large": (400, "INVALID_IMAGE_SIZE: {}"),
    "bad_url": (400, "INVALID_IMAGE_URL: {}"),
    "forbidden_url": (400, "INVALID_IMAGE_URL: {}"),
    "urls_not_allowed": (400, "INVALID_IMAGE_URL: {}"),
    "url_failed": (412, "IMAGE_DOWNLOAD_TIMEOUT: {}"),
    "too_large": (413, "Request Entity Too Large"),
    "overloaded": (403, "CONCURRENCY_LIMIT_EXCEEDED"),
}

router = APIRouter()


def _refuse(request: Request, problem: Problem) -> Response:
    status, message = _ERRORS.get(problem.code, (500, "INTERNAL_ERROR"))
    body = {"error_message": message.format(getattr(request.state, "field", "")), **_closing(request)}
    return JSONResponse(body, status, problem.headers)


def _closing(request: Request) -> dict[str, Any]:
    """What every answer has, the time taken in milliseconds."""
    taken = time.monotonic() - request.state.started if hasattr(request.state, "started") else 0
    return {"request_id": f"{int(time.time())},{uuid4()}", "time_used": round(1000 * taken)}


@router.post(PATH)
@refusing(_refuse)
async def detect(request: Request) -> Response:
    request.state.started = time.monotonic()
    form = await read_form(request)
    check_key(request, form.get("api_key") or request.query_params.get("api_key"))
    attributes = set(str(form.get("return_attributes") or "none").split(","))
    if not attributes <= _ATTRIBUTES:
        raise Problem(400, "bad_attributes", "return_attributes names what does not exist")
    picture = await _picture(request, form)
    faces = []
    for index, face in enumerate(await read_faces(request, picture, "ekman7")):
        left, top, width, height = corner_and_size(face)
        entry: dict[str, Any] = {
            "face_token": face_token(picture, index),
            "face_rectangle": {"top": top, "left": left, "width": width, "height": height},
        }
        if form.get("return_landmark") in ("1", "2"):
            points = zip(_LANDMARKS, face.landmarks.tolist(), strict=True)
            entry["landmark"] = {name: {"x": round(x), "y": round(y)} for name, (x, y) in points}
        if attributes != {"none"}:
            entry["attributes"] = describe(face, attributes)
        faces.append(entry)
    image_id = base64.b64encode(hashlib.sha256(picture).digest()[:16]).decode()
    return JSONResponse({"faces": faces, "face_num": len(faces), "image_id": image_id, **_closing(request)})


async def _picture(request: Request, form: dict[str, str | bytes]) -> bytes:
    for field in ("image_file", "image_base64", "image_url"):
        if value := form.get(field):
            request.state.field = field
            break
    else:
        raise Problem(400, "no_picture", "the form holds no picture")
    if field == "image_base64":
        return await from_base64(value)
    if field == "image_url":
        return await from_url(request, value)
    return value if isinstance(value, bytes) else value.encode()


def describe(face: Face, attributes: set[str]) -> dict[str, Any]:
    """What ``attributes`` says of a face."""
    described: dict[str, Any] = {}
    if "smiling" in attributes:
        described["smile"] = {"value": 100 * face.probability("happy"), "threshold": _SMILING}
    if "headpose" in attributes and face.pose:
        yaw, pitch, roll = face.pose
        described["headpose"] = {"pitch_angle": -pitch, "roll_angle": roll, "yaw_angle": -yaw}
    if "emotion" in attributes:
        described["emotion"] = {name: 100 * face.probability(label) for name, label in _EMOTIONS.items()}
    return described
