"""Face detection of Baidu AI Cloud, version 3: ``POST /rest/2.0/face/v3/detect``.

Its pitch is positive towards the floor, other than in `mien.pose`; its left is the left of the picture. Errors come
with status 200, as they do there.
"""

from __future__ import annotations

import secrets
import time
from math import cos, radians, sin
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from mien.faces import Face
from mien.service.compat.auth import check_key
from mien.service.compat.reading import (
    URL_PROBLEMS,
    face_token,
    from_base64,
    from_url,
    read_faces,
    read_form,
    read_json,
    refusing,
)
from mien.service.problems import Problem

PATH = "/rest/2.0/face/v3/detect"

_MOST_FACES = 120

_ERRORS = {
    "no_key": (100, "Invalid parameter"),
    "unauthorized": (110, "Access token invalid or no longer valid"),
    "overloaded": (18, "Open api qps request limit reached"),
    "bad_json": (222200, "request body should be json format"),
    "bad_form": (222200, "request body should be json format"),
    "no_image": (222001, "param[image] is null"),
    "no_image_type": (222001, "param[image_type] is null"),
    "bad_image_type": (222015, "param[image_type] format error"),
    "bad_max_face_num": (222016, "param[max_face_num] format error"),
    "no_face": (222202, "pic not has face"),
    "unreadable_image": (222203, "image check fail"),
    "bad_base64": (222203, "image check fail"),
    "no_picture": (222203, "image check fail"),
    "image_too_large": (222304, "image size is too large"),
    "too_large": (222304, "image size is too large"),
    "no_such_token": (222209, "face token not exist"),
    **dict.fromkeys(URL_PROBLEMS, (222204, "image_url_download_fail")),
}

router = APIRouter()


def _refuse(request: Request, problem: Problem) -> Response:
    code, message = _ERRORS.get(problem.code, (1, "Unknown error"))
    return _answer(code, message, None, problem.headers)


def _answer(code: int, message: str, result: Any, headers: dict[str, str] | None = None) -> Response:
    body = {
        "error_code": code,
        "error_msg": message,
        "log_id": secrets.randbits(50),
        "timestamp": int(time.time()),
        "cached": 0,
        "result": result,
    }
    return JSONResponse(body, headers=headers)


@router.post(PATH)
@refusing(_refuse)
async def detect(request: Request) -> Response:
    check_key(request, request.query_params.get("access_token"))
    is_form = "form" in request.headers.get("content-type", "").lower()
    asked = await read_form(request) if is_form else await read_json(request)
    most, fields = _most_faces(asked.get("max_face_num", 1)), set(str(asked.get("face_field", "")).split(","))
    picture = await _picture(request, asked)
    found = (await read_faces(request, picture, "ekman7"))[:most]
    if not found:
        raise Problem(422, "no_face", "there is no face in the picture")
    faces = [{"face_token": face_token(picture, i), **describe(face, fields)} for i, face in enumerate(found)]
    return _answer(0, "SUCCESS", {"face_num": len(faces), "face_list": faces})


async def _picture(request: Request, asked: dict[str, Any]) -> bytes:
    image, kind = asked.get("image"), asked.get("image_type")
    if not image:
        raise Problem(400, "no_image", "there is no image")
    if not kind:
        raise Problem(400, "no_image_type", "there is no image_type")
    if kind == "BASE64":
        return await from_base64(image)
    if kind == "URL":
        return await from_url(request, image)
    if kind == "FACE_TOKEN":
        raise Problem(422, "no_such_token", "this service keeps no faces")
    raise Problem(422, "bad_image_type", "image_type is BASE64 or URL")


def _most_faces(text: Any) -> int:
    try:
        number = int(text)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= _MOST_FACES:
        raise Problem(422, "bad_max_face_num", f"max_face_num is 1 to {_MOST_FACES}")
    return number


def describe(face: Face, fields: set[str]) -> dict[str, Any]:
    """An entry of ``face_list``, all but its token."""
    described: dict[str, Any] = {"location": _locate(face), "face_probability": face.score}
    if face.pose:
        yaw, pitch, roll = face.pose
        described["angle"] = {"yaw": yaw, "pitch": -pitch, "roll": roll}
    if "landmark" in fields:
        points = [*face.landmarks[:3].tolist(), face.landmarks[3:].mean(0).tolist()]  # the mouth is one point
        described["landmark"] = [{"x": x, "y": y} for x, y in points]
    if "expression" in fields:
        happy = face.probability("happy")  # how wide a smile is, and so a laugh, is not known
        described["expression"] = {"type": "smile" if happy >= 0.5 else "none", "probability": max(happy, 1 - happy)}
    if "emotion" in fields:
        described["emotion"] = {"type": face.label, "probability": float(face.probabilities.max())}
    return described


def _locate(face: Face) -> dict[str, float]:
    """The box turned about its middle as the head is tilted; left and top are those of its first corner."""
    left, top, right, bottom = face.box.tolist()
    width, height = right - left, bottom - top
    roll = face.pose.roll if face.pose else 0.0
    c, s = cos(radians(roll)), sin(radians(roll))
    return {
        "left": (left + right) / 2 - (width * c - height * s) / 2,
        "top": (top + bottom) / 2 - (width * s + height * c) / 2,
        "width": round(width),
        "height": round(height),
        "rotation": round(roll),
    }
