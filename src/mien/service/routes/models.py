"""``GET /v1/models``: what the service can read with, and in which words."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from mien.labels import LABEL_SETS, can_map, get_label_set
from mien.models import ModelCard
from mien.service.engine import Engine

router = APIRouter(prefix="/v1", tags=["models"])


class ModelBody(BaseModel):
    """A model, as its card has it."""

    name: str
    description: str
    default: bool = Field(description="Whether it reads for those who do not choose.")
    label_sets: list[str] = Field(description="What it can call the expressions; the first is its own choice.")
    crops: list[int] = Field(description="How many crops of a face it can average.")
    parameters: int | None
    macs: int | None = Field(description="Multiplications and additions for one crop.")
    licence: str
    measured: list[dict[str, Any]] = Field(description="What it was measured to read right, and on what.")


class ModelsBody(BaseModel):
    """All models and label sets."""

    models: list[ModelBody]
    label_sets: dict[str, list[str]]


@router.get("/models", summary="Models and label sets")
async def models(request: Request) -> ModelsBody:
    engine: Engine = request.app.state.engine
    offered = [_describe(card, engine) for card in engine.cards]
    named = dict.fromkeys(name for model in offered for name in model.label_sets)
    return ModelsBody(models=offered, label_sets={name: list(get_label_set(name).labels) for name in named})


def _describe(card: ModelCard, engine: Engine) -> ModelBody:
    own = [head.label_set for head in card.heads]
    others = (
        name
        for name, target in LABEL_SETS.items()
        if name not in own and any(can_map(get_label_set(source), target) for source in own)
    )
    return ModelBody(
        name=card.name,
        description=card.description,
        default=card.name == engine.default_model,
        label_sets=[*own, *others],
        crops=list(engine.model(card.name).crop_counts),
        parameters=card.parameters,
        macs=card.macs,
        licence=card.licence,
        measured=[dict(figures) for figures in card.measured],
    )
