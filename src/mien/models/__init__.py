"""Models: their cards, their files, and what runs them."""

from mien.models.card import Head, Input, Member, ModelCard, read_card, read_weights, write_card
from mien.models.committee import Committee, form_committee
from mien.models.files import checksum
from mien.models.model import Model
from mien.models.onnx import OnnxModel
from mien.models.registry import list_models, load_model

__all__ = [
    "Committee",
    "Head",
    "Input",
    "Member",
    "Model",
    "ModelCard",
    "OnnxModel",
    "checksum",
    "form_committee",
    "list_models",
    "load_model",
    "read_card",
    "read_weights",
    "write_card",
]
