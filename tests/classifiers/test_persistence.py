from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save
from sklearn.base import BaseEstimator
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from mien.classifiers import CLASSIFIERS
from mien.classifiers.persistence import count_parameters, estimator_from_bytes, estimator_to_bytes
from mien.classifiers.pipeline import learns_from_landmarks, make_pipeline, reads_clips
from mien.datasets import FaceData
from mien.errors import InputError, ModelError
from mien.features import FEATURES

READ_ALL = """
import sys
from pathlib import Path
import numpy as np
from mien.classifiers.persistence import estimator_from_bytes
folder = Path(sys.argv[1])
labels = {
    p.stem: estimator_from_bytes(p.read_bytes(), p).predict(np.load(p.with_suffix(".npy")))
    for p in folder.glob("*.safetensors")
}
np.savez(folder / "labels.npz", **labels)
"""


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_every_pair_says_the_same_in_another_process(
    tmp_path: Path, training: FaceData, portraits: tuple[FaceData, FaceData], clips: tuple[FaceData, FaceData]
) -> None:
    rng = np.random.default_rng(3)
    expected = {}
    # What describes each frame is what describes a face: few features say all of sequences.
    pairs = [(feature, classifier) for feature in FEATURES for classifier in CLASSIFIERS if classifier != "hmm"]
    for feature, classifier in [*pairs, ("pca", "hmm"), ("asm", "hmm"), ("flow", "hmm")]:
        pipeline = make_pipeline(feature, classifier)
        if classifier in (next(iter(CLASSIFIERS)), "hmm"):
            # Described once for all classifiers.
            descriptor = pipeline[0]
            needy = learns_from_landmarks(pipeline)
            data = clips[0] if reads_clips(pipeline) else portraits[0] if needy else training
            # Noise, so that the answers are of many kinds.
            images = rng.integers(0, 256, (10, *data.images.shape[1:]), np.uint8)
            known = {"landmarks": data.landmarks} if needy else {}
            vectors = descriptor.fit_transform(data.images, data.labels, **known)
            others = descriptor.transform(images)
        name = f"{feature}+{classifier}"
        expected[name] = pipeline[1:].fit(vectors, data.labels).predict(others)
        pipeline.steps[0] = ("feature", descriptor)
        (tmp_path / f"{name}.safetensors").write_bytes(estimator_to_bytes(pipeline))
        np.save(tmp_path / f"{name}.npy", images)
    subprocess.run([sys.executable, "-c", READ_ALL, str(tmp_path)], check=True)
    with np.load(tmp_path / "labels.npz") as found:
        assert set(found.files) == set(expected)
        for name, labels in expected.items():
            np.testing.assert_array_equal(found[name], labels, err_msg=name)


class Odd(BaseEstimator):
    """An estimator that is at home in neither package."""


def stored(estimator: BaseEstimator, tmp_path: Path) -> BaseEstimator:
    return estimator_from_bytes(estimator_to_bytes(estimator), tmp_path / "x.safetensors")


def test_values_come_back_as_they_were(tmp_path: Path) -> None:
    scaler = StandardScaler()
    values = {
        "a": np.arange(6, dtype=np.int16).reshape(2, 3),
        "b": np.asfortranarray(np.random.default_rng(0).normal(size=(3, 4))),
        "c": np.float32(0.5),
        "d": (1, "two", [None, True, 1.5]),
        "e": {1: "one", "two": (2,)},
        "f": np.array(["angry", "sad"]),
        "g": np.zeros((0, 3)),
        "h": SVC(C=2),
        "i": float("inf"),
    }
    vars(scaler).update(values)
    back = vars(stored(scaler, tmp_path))
    for name in "abfg":
        np.testing.assert_array_equal(back[name], values[name])
        assert back[name].dtype == values[name].dtype
        assert back[name].flags.writeable
    assert back["b"].flags.f_contiguous
    assert type(back["c"]) is np.float32
    assert {name: back[name] for name in "cdei"} == {name: values[name] for name in "cdei"}
    assert back["h"].get_params() == values["h"].get_params()


def test_parameters_are_counted() -> None:
    scaler = StandardScaler().fit(np.random.default_rng(0).normal(size=(9, 5)))
    # Mean, variance and scale; the number of samples is none.
    assert count_parameters(scaler) == 15


def test_what_cannot_be_stored_is_named(tmp_path: Path) -> None:
    tree = KNeighborsClassifier(algorithm="kd_tree").fit(np.eye(3), [0, 1, 2])
    with pytest.raises(InputError, match=r"KNeighborsClassifier\._tree cannot be stored: it is a .*KDTree"):
        estimator_to_bytes(tree)
    with pytest.raises(InputError, match=r"FunctionTransformer\.func cannot be stored"):
        estimator_to_bytes(FunctionTransformer(np.log))
    with pytest.raises(InputError, match="Odd cannot be stored"):
        estimator_to_bytes(Odd())


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "subprocess.Popen",
        "sklearn.utils.Bunch",
        "sklearn.svm._classes.np",
        "sklearn.nowhere.LinearSVC",
        # Only imported there, not at home there.
        "mien.classifiers.hmm.GaussianHMM",
        "mien.classifiers.model.ClassicModel",
        "sklearnish.Evil",
        "tests.classifiers.test_persistence.Odd",
    ],
)
def test_foreign_classes_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "evil.safetensors"
    structure = json.dumps({"class": name, "state": {}})
    with pytest.raises(ModelError, match=f"evil.safetensors: asks for {name}, which is no estimator"):
        estimator_from_bytes(save({"0": np.zeros(1)}, {"estimator": structure}), path)


def damage() -> dict[str, bytes]:
    scaler = StandardScaler().fit(np.eye(3))
    whole = estimator_to_bytes(scaler)
    arrays = load(whole)
    header = json.loads(whole[8 : 8 + int.from_bytes(whole[:8], "little")])["__metadata__"]
    other = {**header, "estimator": header["estimator"].replace('"class"', '"clazz"')}
    return {
        "empty": b"",
        "cut": whole[:-4],
        "cut in the header": whole[:50],
        "not safetensors": b"PK\3\4" + bytes(100),
        "no structure": save(arrays),
        "half a structure": save(arrays, {"estimator": header["estimator"][:-5]}),
        "unknown structure": save(arrays, other),
        "no arrays": save({}, header),
        "a number": save(arrays, {"estimator": "5"}),
        "no state": save(arrays, {"estimator": '{"class": "sklearn.svm._classes.SVC", "state": 7}'}),
    }


@pytest.mark.parametrize("kind", damage())
def test_a_damaged_file_is_named(kind: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"pipeline\.safetensors: damaged, or not a stored estimator"):
        estimator_from_bytes(damage()[kind], tmp_path / "pipeline.safetensors")
