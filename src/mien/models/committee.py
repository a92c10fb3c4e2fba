"""Committees: models that are asked together and answer as one; a member may be a committee too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import InputError
from mien.labels import LabelSet, can_map, get_label_set
from mien.models.card import FloatArray, Head, Input, Member, ModelCard, read_card, write_card
from mien.models.files import checksum
from mien.models.fusion import fuse
from mien.models.model import Model
from mien.models.paths import name_card


class Committee(Model):
    """Several models as one.

    Parameters
    ----------
    card : ModelCard
        Of the committee.
    members : sequence of Model
        In the order of ``card.members``.
    """

    def __init__(self, card: ModelCard, members: Sequence[Model]) -> None:
        super().__init__(card)
        self._members = members
        self._weights = np.array([member.weight for member in card.members])
        self.crop_counts = tuple(
            count for count in Model.crop_counts if all(count in member.crop_counts for member in members)
        )

    def logits(self, faces: npt.NDArray[np.uint8], head: str, crops: int = 1) -> FloatArray:
        """As `Model.logits`: the logarithm of what the members' probabilities come to by the card's rule."""
        fused = fuse(self.posteriors(faces, head, crops), self.card.rule, self._weights)
        return np.asarray(np.log(fused), np.float32)

    def posteriors(self, faces: npt.NDArray[np.uint8], head: str, crops: int = 1) -> FloatArray:
        """Each member's calibrated probabilities, shape (m, n, k); otherwise as `logits`."""
        self.check_faces(faces, crops)
        return np.stack([member.probabilities(faces, get_label_set(head), crops) for member in self._members])


def form_committee(
    members: Sequence[Path], path: Path, rule: str = "mean", training: dict[str, Any] | None = None
) -> None:
    """Write the card of a committee in which all count the same; not yet calibrated.

    Parameters
    ----------
    members : sequence of Path
        Cards of its members.
    path : Path
        Where the committee's card is written; it names its members' cards relative to this place, those that come with
        the package by name.
    rule : {"mean", "vote", "median"}
        How the members come to one answer.
    training : dict, optional
        What the card says of its making.

    Raises
    ------
    InputError
        If the members' frames differ, or there is no label set that all of them can say.
    ModelError
        If a member's card is damaged.
    """
    cards = [read_card(member) for member in members]
    first = cards[0]
    frame, margin = first.input.frame, first.input.margin
    for card in cards:
        if (card.input.frame, card.input.margin) != (frame, margin):
            raise InputError(
                f"the members of a committee must take the same frame: {first.name!r} takes {frame} pixels at margin "
                f"{margin}, {card.name!r} {card.input.frame} pixels at margin {card.input.margin}"
            )
    label_sets = common_label_sets(cards)
    if not label_sets:
        raise InputError(f"there is no label set that all of {', '.join(card.name for card in cards)} can say")
    committee = ModelCard(
        name=path.stem,
        description=f"{rule} of {', '.join(card.name for card in cards)}",
        licence=", ".join(dict.fromkeys(card.licence for card in cards)),
        members=tuple(
            Member(name_card(member, path.parent), checksum(member.read_bytes()), weight=1 / len(cards))
            for member in members
        ),
        rule=rule,
        # Each member crops, prepares and scales the shared frame as its own card says.
        input=Input(frame=frame, size=frame, margin=margin, mean=0.0, std=1.0),
        heads=tuple(Head(label_set.name) for label_set in label_sets),
        parameters=sum(card.parameters for card in cards),
        macs=sum(card.macs for card in cards),
        training=training or {},
        measured=[],
    )
    write_card(committee, path)


def common_label_sets(cards: Sequence[ModelCard]) -> list[LabelSet]:
    """The label sets of some model's head that every model has or can be merged into, the first one's first."""
    known = [[get_label_set(head.label_set) for head in card.heads] for card in cards]
    return [
        label_set
        for label_set in dict.fromkeys(label_set for heads in known for label_set in heads)
        if all(any(can_map(own, label_set) for own in heads) for heads in known)
    ]
