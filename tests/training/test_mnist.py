"""MNIST is split in its original order; a missing, damaged or wrongly downloaded file is named with a remedy."""

from __future__ import annotations

import http.server
import io
import sys
import threading

import keras
import numpy as np
import pytest

from training.data.dataset import DataError, data_folder
from training.data.mnist import mnist
from ui.book.facts import FACTS

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


@pytest.mark.parametrize("share", [0, 0.5])
def test_a_truncated_file_is_named(small, share):
    content = small.read_bytes()
    small.write_bytes(content[: int(share * len(content))])
    message = error_message()
    assert f"{small} is damaged" in message and "get it again, or unset DIGIT_DATA" in message


def saved(save=np.savez, *arguments, **arrays) -> bytes:
    file = io.BytesIO()
    save(file, *arguments, **arrays)
    return file.getvalue()


FOREIGN = {
    "a web page": b"<!doctype html><title>404</title>",
    "pickled arrays": saved(**dict.fromkeys(SHAPES, np.array([{}], object))),
    "an array missing": saved(**dict.fromkeys([*SHAPES][:3], np.zeros(3, np.uint8))),
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_file_of_another_kind_is_named(folder, content):
    (folder / "mnist.npz").write_bytes(content)
    message = error_message()
    assert f"{folder / 'mnist.npz'} is damaged" in message and "get it again, or unset DIGIT_DATA" in message


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("x_train", np.zeros((6, 32, 32), np.uint8)),
        ("x_test", np.zeros((1, 28, 28), np.float32)),
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
    counts = {
        "train": np.bincount(splits.train.labels) + np.bincount(splits.validation.labels),
        "test": np.bincount(splits.test.labels),
    }
    assert {part: count.tolist() for part, count in counts.items()} == FACTS["listing 1.3.1"]


def test_a_failed_download_is_reported_with_an_alternative(monkeypatch):
    def fail():
        raise OSError("no route to host")

    monkeypatch.delenv("DIGIT_DATA", raising=False)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    message = error_message()
    assert "no route to host" in message and "put mnist.npz into a folder and set DIGIT_DATA to it" in message


class _Server(http.server.BaseHTTPRequestHandler):
    """Serves a file that is not MNIST: complete, truncated, or not at all."""

    kind = ""

    def do_GET(self):
        body = b"no MNIST" * 1000
        self.send_response(503 if self.kind == "refused" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:1000] if self.kind == "truncated" else body)

    def log_message(self, *arguments):
        pass


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["refused", "truncated", "altered"])
def test_a_faulty_download_is_never_read(tmp_path, monkeypatch, kind):
    monkeypatch.delenv("DIGIT_DATA", raising=False)
    monkeypatch.setattr(_Server, "kind", kind)
    fetch = keras.utils.get_file
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/mnist.npz"
        monkeypatch.setattr(
            sys.modules[keras.datasets.mnist.load_data.__module__],
            "get_file",
            lambda fname, origin, **options: fetch(fname, address, cache_dir=tmp_path, **options),
        )
        monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("a damaged download was read"))
        for _ in range(2):  # the second time, the cached remains are not read either
            message = error_message()
            assert "MNIST could not be downloaded" in message and "set DIGIT_DATA to it" in message
        server.shutdown()
