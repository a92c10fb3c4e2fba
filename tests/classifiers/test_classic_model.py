from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mien.classifiers.model import ClassicModel, pipeline_logits
from mien.classifiers.train import export_classic, fit_classic_folds, train_classic
from mien.datasets import FaceData
from mien.datasets.parts import Parts
from mien.errors import InputError, ModelError, UnknownName
from mien.labels import EKMAN7, FIVE
from mien.models import load_model, read_card


def silent(_line: str) -> None:
    pass


@pytest.fixture(scope="module", params=["hog+svm", "dct+nb", "lbp+knn"])
def card(request: pytest.FixtureRequest, tmp_path_factory, training: FaceData, validation: FaceData) -> Path:
    pipeline = train_classic(request.param, training, 0, silent)
    folder = tmp_path_factory.mktemp("models") / "new"
    return export_classic(pipeline, request.param, 3, Parts("fer2013:made-up", training, validation, "public"), folder)


def test_the_card_says_what_was_measured(card: Path, validation: FaceData) -> None:
    said = read_card(card)
    assert (said.input.frame, said.input.size, said.input.margin) == (32, 32, 0.95)
    assert [head.label_set for head in said.heads] == ["ekman7"]
    assert said.training["command"] == f"mien train --recipe {card.stem} --seed 3 --data fer2013:PATH --out RUN"
    (row,) = said.measured
    read = load_model(card).probabilities(validation.images, EKMAN7).argmax(1)
    assert row["accuracy"] == round(float((read == validation.labels).mean()), 4) > 0.9
    assert (row["crops"], row["n"]) == (1, len(validation))


def test_it_is_loaded_by_its_card_and_reads_like_its_pipeline(card: Path, training: FaceData, validation) -> None:
    model = load_model(card, threads=2)
    assert isinstance(model, ClassicModel)
    probabilities = model.probabilities(validation.images, EKMAN7)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
    pipeline = train_classic(card.stem, training, 0, silent)
    np.testing.assert_array_equal(probabilities.argmax(1), pipeline.predict(validation.images))
    # A label that never occurred is never said.
    assert (probabilities[:, [1, 3, 5, 6]] < 1e-6).all()
    assert model.probabilities(validation.images, FIVE).shape == (len(validation), 5)


def test_no_faces(card: Path) -> None:
    assert load_model(card).logits(np.zeros((0, 32, 32), np.uint8), "ekman7").shape == (0, 7)


def test_there_are_no_crops(card: Path, validation: FaceData) -> None:
    with pytest.raises(InputError, match="must be 1, not 10"):
        load_model(card).logits(validation.images, "ekman7", crops=10)
    with pytest.raises(InputError, match=r"faces must be uint8 of shape \(n, 32, 32\)"):
        load_model(card).logits(np.zeros((1, 48, 48), np.uint8), "ekman7")


def test_a_damaged_file_is_refused(card: Path, tmp_path: Path) -> None:
    values = json.loads(card.read_text())
    whole = card.with_suffix(".safetensors").read_bytes()
    (tmp_path / "m.json").write_text(json.dumps({**values, "file": "m.safetensors"}))
    with pytest.raises(ModelError, match=r"m\.safetensors: no such file"):
        load_model(tmp_path / "m.json")
    (tmp_path / "m.safetensors").write_bytes(whole[:-1])
    with pytest.raises(ModelError, match=r"m\.safetensors: this is not the file"):
        load_model(tmp_path / "m.json")


@pytest.mark.parametrize("name", ["flow+svm", "aam+hmm"])
def test_a_model_of_clips(name: str, clips: tuple[FaceData, FaceData], tmp_path: Path) -> None:
    training, others = clips
    pipeline = train_classic(name, training, 0, silent)
    card = export_classic(pipeline, name, 0, Parts("afew:made-up", training, others, "val"), tmp_path)
    said = read_card(card)
    assert said.description.endswith("features of clips from first frame to apex")
    assert said.training["data"] == "afew (40 clips)"
    assert said.measured[0]["accuracy"] > 0.9
    model = load_model(card)
    read = model.probabilities(others.images, EKMAN7)
    np.testing.assert_array_equal(read.argmax(1), pipeline.predict(others.images))
    with pytest.raises(InputError, match=f"model '{name}' reads clips .* not still faces".replace("+", r"\+")):
        model.probabilities(others.stills, EKMAN7)
    with pytest.raises(InputError, match=r"faces must be uint8 of shape \(n, 48, 48\)"):
        model.probabilities(others.images[..., :32, :32], EKMAN7)


def test_a_model_of_landmarks_reads_crops_alone(portraits: tuple[FaceData, FaceData], tmp_path: Path) -> None:
    training, others = portraits
    pipeline = train_classic("geometry+svm", training, 0, silent)
    crops = replace(others, landmarks=None)
    card = export_classic(pipeline, "geometry+svm", 0, Parts("affectnet:made-up", training, crops, "val"), tmp_path)
    assert read_card(card).measured[0]["accuracy"] > 0.9
    read = load_model(card).probabilities(crops.images, EKMAN7)
    np.testing.assert_array_equal(read.argmax(1), pipeline.predict(crops.images))


def test_logits_of_two_classes_are_one_score_and_its_opposite(training: FaceData) -> None:
    two = training.subset(training.labels != 4)
    pipeline = train_classic("hog+svm", two, 0, silent)
    logits = pipeline_logits(pipeline, two.images, EKMAN7)
    scores = pipeline.decision_function(two.images)
    np.testing.assert_allclose(logits[:, [0, 2]], np.stack([-scores, scores], 1), rtol=1e-5)


def test_a_class_without_a_neighbour_has_a_hundredth_of_a_chance(training: FaceData) -> None:
    pipeline = train_classic("hog+knn", training, 0, silent)
    assert pipeline.predict_proba(training.images).min() == 0
    logits = pipeline_logits(pipeline, training.images, EKMAN7)
    assert logits[:, [0, 2, 4]].min() == pytest.approx(np.log(0.01))


def test_the_seed_is_everybodys(training: FaceData, validation: FaceData) -> None:
    one, again, other = (train_classic("hog+svm-rbf", training, seed, silent) for seed in (1, 1, 2))
    assert other.get_params()["classifier__random_state"] == 2
    scores = [p.decision_function(validation.images) for p in (one, again)]
    np.testing.assert_array_equal(*scores)


def test_reports_and_refusals(training: FaceData) -> None:
    lines: list[str] = []
    train_classic("hog+nb", training, 0, lines.append)
    assert lines == ["hog: describing 90 faces", "nb: learning from 9 numbers a face"]
    with pytest.raises(InputError, match="one class"):
        train_classic("hog+nb", training.subset(training.labels == 0), 0, silent)
    with pytest.raises(UnknownName, match="no feature"):
        train_classic("x+nb", training, 0, silent)
    with pytest.raises(InputError, match="learn from faces with landmarks, and these faces have none"):
        train_classic("asm+svm", training, 0, silent)
    for name in ("flow+svm", "flow+hmm", "lbp+hmm"):
        with pytest.raises(InputError, match=r"clips must be uint8 .* a single picture shows no movement"):
            train_classic(name, training, 0, silent)


def test_folds(training: FaceData, validation: FaceData) -> None:
    lines: list[str] = []
    fit = fit_classic_folds("hog+svm", 0, lines.append)
    for number in (1, 2):
        probabilities = fit(training)(validation.images)
        assert probabilities.shape == (60, 7)
        np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
        assert (probabilities.argmax(1) == validation.labels).mean() > 0.9
        assert lines[-1].startswith(f"fold {number}, svm: ")
