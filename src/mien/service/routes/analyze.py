"""``POST /v1/analyze``: pictures in, faces out."""

from __future__ import annotations

import asyncio
from enum import IntEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from mien.errors import MienError
from mien.faces import Faces
from mien.service.engine import Engine, Options
from mien.service.problems import Problem, responses
from mien.service.routes import BINARY
from mien.service.uploads import MAX_PICTURES, Picture, read_pictures

router = APIRouter(prefix="/v1", tags=["pictures"])


class Crops(IntEnum):
    """How many crops of a face can be averaged."""

    ONE = 1
    TWO = 2
    FIVE = 5
    TEN = 10


def options(
    model: Annotated[str | None, Query(description="A name of `/v1/models`.", examples=["mien"])] = None,
    label_set: Annotated[
        str | None,
        Query(description="What to call the expressions; by default as the model does.", examples=["ekman7"]),
    ] = None,
    crops: Annotated[
        Crops,
        Query(description="Crops of each face that are averaged; two are it and its mirror image: a little better."),
    ] = Crops.ONE,
    min_score: Annotated[float, Query(ge=0.3, le=1, description="Least confidence of a detection.")] = 0.6,
) -> Options:
    """What the query says of how to read."""
    return Options(model, label_set, int(crops), round(min_score, 2))


ReadingOptions = Annotated[Options, Depends(options)]


class Pose(BaseModel):
    """How a head is turned, in degrees."""

    yaw: float
    pitch: float
    roll: float


class FaceBody(BaseModel):
    """A face."""

    box: list[float] = Field(description="x1, y1, x2, y2 in pixels.", min_length=4, max_length=4)
    score: float = Field(description="Confidence of the detection, 0 to 1.")
    landmarks: list[list[float]] = Field(
        description="Right eye, left eye, nose, right and left mouth corner: x, y in pixels."
    )
    label: str = Field(description="The most probable expression.")
    unsure: bool = Field(description="Whether that is little more than a guess.")
    probabilities: dict[str, float] = Field(description="Of each expression; they sum to one.")
    pose: Pose | None = Field(None, description="None where the landmarks do not tell.")


class PictureError(BaseModel):
    """Why a picture could not be read."""

    code: str
    message: str


class PictureBody(BaseModel):
    """One picture: its faces, or why it could not be read."""

    image: str = Field(description="What the caller called it.")
    width: int | None = None
    height: int | None = None
    model: str | None = None
    label_set: str | None = None
    faces: list[FaceBody] | None = Field(None, description="The most confident detection first.")
    error: PictureError | None = None


class AnalyzeBody(BaseModel):
    """The pictures of a request, in its order."""

    model: str
    label_set: str
    results: list[PictureBody]


_EXAMPLE = {
    "model": "mien",
    "label_set": "ekman7",
    "results": [
        {
            "image": "portrait.jpg",
            "width": 640,
            "height": 480,
            "model": "mien",
            "label_set": "ekman7",
            "faces": [
                {
                    "box": [210.4, 96.1, 352.9, 288.0],
                    "score": 0.94,
                    "landmarks": [[252.1, 168.3], [318.0, 170.2], [284.7, 207.9], [256.4, 243.0], [311.2, 244.8]],
                    "label": "happy",
                    "unsure": False,
                    "probabilities": {
                        "angry": 0.001,
                        "disgust": 0.0,
                        "fear": 0.002,
                        "happy": 0.978,
                        "sad": 0.002,
                        "surprise": 0.004,
                        "neutral": 0.013,
                    },
                    "pose": {"yaw": 2.1, "pitch": -4.0, "roll": 1.2},
                }
            ],
        }
    ],
}
_REQUEST = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "minItems": 1,
                            "maxItems": MAX_PICTURES,
                        }
                    },
                }
            },
            "image/jpeg": BINARY,
            "image/png": BINARY,
            "image/webp": BINARY,
            "application/octet-stream": BINARY,
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["images"],
                    "properties": {
                        "images": {
                            "type": "array",
                            "items": {"type": "string"},
                            "minItems": 1,
                            "maxItems": MAX_PICTURES,
                            "description": "Base64 or data URLs; addresses where the service fetches them.",
                        }
                    },
                },
                "example": {"images": ["data:image/jpeg;base64,/9j/4AAQSkZJRg..."]},
            },
        },
    }
}


@router.post(
    "/analyze",
    summary="Read the faces of pictures",
    response_model=AnalyzeBody,
    response_model_exclude_unset=True,
    responses={
        200: {"content": {"application/json": {"example": _EXAMPLE}}},
        **responses(400, 408, 413, 415, 422, 503),
    },
    openapi_extra=_REQUEST,
)
async def analyze(request: Request, reading: ReadingOptions) -> dict[str, Any]:
    engine: Engine = request.app.state.engine
    analyzer = engine.analyzer(reading)
    pictures = await read_pictures(request)
    with engine.admit(len(pictures)):
        outcomes = await _unless_gone(request, [_try(engine, picture, reading) for picture in pictures])
    problems = [outcome for outcome in outcomes if isinstance(outcome, Problem)]
    if len(problems) == len(outcomes):
        raise problems[0]
    common = {"model": analyzer.model_name, "label_set": analyzer.label_set.name}
    results = [describe(picture, outcome, common) for picture, outcome in zip(pictures, outcomes, strict=True)]
    return {**common, "results": results}


async def _try(engine: Engine, picture: Picture, reading: Options) -> Faces | Problem:
    try:
        return await engine.analyze(picture.data, reading)
    except MienError as error:
        return Problem.of(error)


async def _unless_gone(request: Request, work: list[Any]) -> list[Faces | Problem]:
    """The outcomes of all work, which ends early if the caller hangs up."""
    together = asyncio.gather(*work)
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((together, gone), return_when=asyncio.FIRST_COMPLETED)
        if not together.done():
            raise Problem(400, "gone", "the caller hung up")
        return await together
    finally:
        gone.cancel()
        together.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def describe(picture: Picture, outcome: Faces | Problem, common: dict[str, str]) -> dict[str, Any]:
    """What is said of one picture, as by ``mien analyze --json``."""
    if isinstance(outcome, Problem):
        return {"image": picture.name, "error": {"code": outcome.code, "message": outcome.detail}}
    width, height = outcome.image_size
    return {"image": picture.name, "width": width, "height": height, **common, "faces": outcome.to_dicts()}
