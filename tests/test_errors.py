"""What errors say."""

from __future__ import annotations

from mien.errors import UnknownName


def test_a_sentence_holds_forty_names() -> None:
    names = [f"recipe-{number}" for number in range(42)]
    assert str(UnknownName("recipe", "x", names[:40])).endswith(", recipe-38, recipe-39")
    assert str(UnknownName("recipe", "x", names)).endswith(", recipe-38, recipe-39 and 2 more")
    assert str(UnknownName("recipe", "recip-7", names)).endswith("did you mean 'recipe-7'?")
