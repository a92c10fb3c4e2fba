"""Models: ONNX files, their cards, and the sessions that run them."""

from mien.models.card import Head, Input, ModelCard, checksum, read_card, write_card
from mien.models.model import Model
from mien.models.registry import list_models, load_model

__all__ = [
    "Head",
    "Input",
    "Model",
    "ModelCard",
    "checksum",
    "list_models",
    "load_model",
    "read_card",
    "write_card",
]
