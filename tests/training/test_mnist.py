"""MNIST is split in its original order; a missing or damaged file is named together with a remedy."""

from __future__ import annotations

import io
import sys
import zipfile

import keras
import numpy as np
import pytest

from training.data.dataset import DataError, data_folder
from training.data.mnist import mnist

SHAPES = {"x_train": (60_000, 28, 28), "y_train": (60_000,), "x_test": (10_000, 28, 28), "y_test": (10_000,)}


def numbered(shape: tuple[int, ...]) -> np.ndarray:
    """Digits with their index encoded in their first three pixels, or labels 0 to 9 in turn."""
    number = np.arange(shape[0])
    if len(shape) == 1:
        return (number % 10).astype(np.uint8)
    digits = np.zeros(shape, np.uint8)
    digits[:, 0, :3] = np.column_stack([number // 65_536, number // 256 % 256, number % 256])
    return digits


def numbers(digits: np.ndarray) -> list[int]:
    return (digits[:, 0, :3].astype(int) @ [65_536, 256, 1]).tolist()


@pytest.fixture(scope="module")
def arrays():
    return {name: numbered(shape) for name, shape in SHAPES.items()}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGIT_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def small(folder, monkeypatch):
    """A valid mnist.npz of a few digits, for tests that damage it."""
    shapes = {name: (shape[0] // 10_000, *shape[1:]) for name, shape in SHAPES.items()}
    monkeypatch.setattr("training.data.mnist.EXPECTED", shapes)
    np.savez_compressed(folder / "mnist.npz", **{name: numbered(shape) for name, shape in shapes.items()})
    mnist()
    return folder / "mnist.npz"


def error_message() -> str:
    """The message of the error that mnist() raises."""
    with pytest.raises(DataError) as caught:
        mnist()
    return str(caught.value)


def check(splits) -> None:
    """Checks the sizes of the parts, and that each digit is in its place with its label."""
    places = {"train": range(55_000), "validation": range(55_000, 60_000), "test": range(10_000)}
    for name, expected in places.items():
        part = getattr(splits, name)
        assert part.digits.shape == (len(expected), 28, 28) and part.digits.dtype == part.labels.dtype == np.uint8
        assert len(part) == len(expected)
        assert numbers(part.digits) == list(expected)
        assert part.labels.tolist() == [number % 10 for number in expected]


def test_mnist_is_split_in_its_original_order(folder, arrays):
    np.savez_compressed(folder / "mnist.npz", **arrays)
    check(mnist())


def test_without_a_data_folder_mnist_comes_from_keras(monkeypatch, arrays):
    monkeypatch.delenv("DIGIT_DATA", raising=False)
    downloaded = (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: downloaded)
    check(mnist())


def test_a_data_folder_that_does_not_exist_is_named(tmp_path, monkeypatch):
    for name in (tmp_path / "nowhere", tmp_path / "file"):
        (tmp_path / "file").touch()
        monkeypatch.setenv("DIGIT_DATA", str(name))
        message = error_message()
        assert f"DIGIT_DATA names {name}, which is not a folder" in message and "unset it" in message


def test_a_missing_file_is_named(folder):
    message = error_message()
    assert f"no MNIST at {folder / 'mnist.npz'}" in message and "put mnist.npz there, or unset DIGIT_DATA" in message


def test_an_empty_digit_data_counts_as_unset(monkeypatch):
    monkeypatch.setenv("DIGIT_DATA", "")
    assert data_folder() is None


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_named(small, share):
    content = small.read_bytes()
    small.write_bytes(content[: int(share * len(content))])
    message = error_message()
    assert f"{small} is damaged" in message and "get it again, or unset DIGIT_DATA" in message


@pytest.mark.parametrize("mask", [1, 32, 128])
def test_flipped_bits_are_detected_or_harmless(small, mask):
    content, intact = small.read_bytes(), mnist()
    step = max(1, len(content) // 400)
    for place in [*range(0, 100), *range(0, len(content), step), *range(len(content) - 260, len(content))]:
        flipped = bytearray(content)
        flipped[place] ^= mask
        small.write_bytes(flipped)
        try:
            splits = mnist()
        except DataError as error:
            assert str(small) in str(error)
        else:
            np.testing.assert_array_equal(splits.test.digits, intact.test.digits)


def test_an_encrypted_file_is_named(small):
    content = bytearray(small.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1  # the encryption flag
    small.write_bytes(content)
    assert f"{small} is damaged" in error_message()


def saved(save=np.savez, *arguments, **arrays) -> bytes:
    file = io.BytesIO()
    save(file, *arguments, **arrays)
    return file.getvalue()


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in SHAPES:
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


HEADER = saved(np.save, np.zeros(3))
FOREIGN = {
    "text": b"this is not the file you are looking for",
    "a web page": b"<!doctype html><title>404</title>",
    "a single array": saved(np.save, np.zeros((3, 3))),
    "a pickle": saved(np.save, np.array([{"a": 1}], object)),
    "pickled arrays": saved(**dict.fromkeys(SHAPES, np.array([{}], object))),
    "other names": saved(digits=np.zeros(3)),
    "an array missing": saved(**dict.fromkeys([*SHAPES][:3], np.zeros(3, np.uint8))),
    "an invalid header": zipped(HEADER.replace(b"{'descr'", b"{('desc'")),
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_file_of_another_kind_is_named(folder, content):
    (folder / "mnist.npz").write_bytes(content)
    message = error_message()
    assert f"{folder / 'mnist.npz'} is damaged" in message and "get it again, or unset DIGIT_DATA" in message


def test_a_file_without_arrays_inside_is_named(folder):
    (folder / "mnist.npz").write_bytes(zipped(b"nothing"))
    message = error_message()
    assert str(folder / "mnist.npz") in message and "get the file again" in message


def test_a_folder_in_place_of_the_file_is_named(folder):
    (folder / "mnist.npz").mkdir()
    assert f"{folder / 'mnist.npz'} is damaged" in error_message()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("x_train", np.zeros((6, 32, 32), np.uint8)),
        ("x_test", np.zeros((1, 28, 28), np.float32)),
        ("y_train", np.zeros((6, 1), np.uint8)),
        ("y_test", np.zeros(1, np.int64)),
    ],
)
def test_arrays_of_another_shape_or_type_are_named(small, name, wrong):
    expected = sys.modules["training.data.mnist"].EXPECTED
    arrays = {key: numbered(shape) for key, shape in expected.items()}
    np.savez(small, **arrays | {name: wrong})
    message = error_message()
    assert f"{small}: expected {name} as uint8 {expected[name]}, got {wrong.dtype} {wrong.shape}" in message


def test_the_real_mnist_has_its_known_labels(splits):
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [55_000, 5_000, 10_000]
    assert splits.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert splits.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(splits.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
