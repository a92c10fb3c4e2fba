"""The JSON of two Python packages: what ``deepface``'s own service answers, and what ``fer`` returns.

They have no vendor whose key could be asked for: the service's token comes as everywhere else.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from mien.faces import Face
from mien.service.compat.reading import (
    corner_and_size,
    from_base64,
    from_url,
    read_faces,
    read_form,
    read_json,
    refusing,
)
from mien.service.problems import Problem
from mien.service.uploads import read_pictures

_EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
_ACTIONS = frozenset(("emotion", "age", "gender", "race"))

router = APIRouter(prefix="/compat")


def _refuse(request: Request, problem: Problem) -> Response:
    # deepface has one key for pictures that do not arrive, another for what goes wrong later.
    key = "exception" if problem.code in ("no_picture", "bad_json", "bad_form", "bad_base64") else "error"
    status = problem.status if problem.status in (408, 413, 503) else 400
    return JSONResponse({key: problem.detail}, status, problem.headers)


@router.post("/deepface/analyze")
@refusing(_refuse)
async def deepface(request: Request) -> Response:
    is_form = "form" in request.headers.get("content-type", "").lower()
    asked: dict[str, Any] = dict(await read_form(request)) if is_form else await read_json(request)
    actions = _list(asked.get("actions") or sorted(_ACTIONS))
    if not actions <= _ACTIONS:
        raise Problem(400, "bad_parameter", f"actions are {', '.join(sorted(_ACTIONS))}")
    faces = await read_faces(request, await _picture(request, asked.get("img") or asked.get("img_path")), "ekman7")
    if not faces and str(asked.get("enforce_detection", True)).lower() == "true":
        raise Problem(400, "no_face", "Face could not be detected; set enforce_detection to false if that is no error")
    return JSONResponse({"results": [_describe(face, actions) for face in faces]})


@router.post("/fer")
async def fer(request: Request) -> list[dict[str, Any]]:
    pictures = await read_pictures(request)
    if len(pictures) > 1:
        raise Problem(422, "too_many_pictures", "fer reads one picture at a time")
    faces = await read_faces(request, pictures[0].data, "ekman7")
    return [
        {"box": list(corner_and_size(face)), "emotions": {name: face.probability(name) for name in _EMOTIONS}}
        for face in faces
    ]


async def _picture(request: Request, image: Any) -> bytes:
    if not image:
        raise Problem(400, "no_picture", "'img' not found in request")
    if isinstance(image, bytes):
        return image
    if isinstance(image, str) and image.startswith(("http://", "https://")):
        return await from_url(request, image)
    return await from_base64(image)


def _list(value: Any) -> set[str]:
    """A JSON list, or a text that looks like one, as forms have it."""
    if isinstance(value, list):
        return {str(item) for item in value}
    return {item.strip(" '\"") for item in str(value).strip("[]()").split(",")}


def _describe(face: Face, actions: set[str]) -> dict[str, Any]:
    x, y, w, h = corner_and_size(face)
    # The eyes are named by the person's own sides, as ours are.
    right_eye, left_eye = ([round(edge) for edge in eye] for eye in face.landmarks[:2].tolist())
    region = {"x": x, "y": y, "w": w, "h": h, "left_eye": left_eye, "right_eye": right_eye}
    described: dict[str, Any] = {"region": region, "face_confidence": face.score}
    if "emotion" in actions:
        described["emotion"] = {name: 100 * face.probability(name) for name in _EMOTIONS}
        described["dominant_emotion"] = face.label
    return described
