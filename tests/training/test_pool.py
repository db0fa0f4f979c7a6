"""The training data of recipe "drawn": split by writer, generated only once, and sampled as intended in each epoch."""

from __future__ import annotations

import numpy as np
import pytest

from digits.labelled import Digits
from tests.drawings import DIGITS, placed
from training.data import characters, pen_digits
from training.data.dataset import DataError, Pictures, Splits, labels_of_originals
from training.data.unipen import PenDrawing
from training.engine.batches import Batches, one_hot, soft_targets
from training.pool import augmented


def sized(digit: int, by: int) -> tuple[np.ndarray, ...]:
    """A drawing of a digit that no other writer has."""
    return tuple(stroke * (1 + by / 100) for stroke in placed(digit))


@pytest.fixture
def small(monkeypatch):
    """Ten MNIST digits to train on, and thirty writers in two collections, with ten digits each."""
    digits = Digits(np.stack([np.full((28, 28), 20 * i, np.uint8) for i in range(10)]), np.arange(10, dtype=np.uint8))
    digits.digits[:, :4] = 0
    monkeypatch.setattr(augmented, "mnist", lambda: Splits(digits, digits[:5], digits[:0]))
    for name, first in (("pendigits", 0), ("unipen", 100)):
        written = [PenDrawing(str(d), sized(d, w), f"w{first + w}") for w in range(15) for d in DIGITS]
        monkeypatch.setattr(pen_digits, name, lambda *part, written=written: written)
    monkeypatch.setattr(augmented, "VARIATIONS", {"mnist": 2, "pen": 6, "outlier": 2})
    monkeypatch.setattr(augmented, "OUTLIERS", 30)
    monkeypatch.setattr(pen_digits, "label_errors", frozenset)
    written = [PenDrawing("A", (np.array([[0.1, 1], [0.5, 0], [0.9, 1]]), np.array([[0.2, 0.6], [0.8, 0.6]])))]
    monkeypatch.setattr("training.pool.outliers.characters", lambda kind, held_out: written)
    augmented.training_digits.cache_clear()
    yield digits
    augmented.training_digits.cache_clear()


@pytest.fixture
def generated(small, tmp_path):
    """The pool of these digits."""
    for collection, copies in augmented.VARIATIONS.items():
        for copy in range(copies):
            augmented._generate(collection, copy, tmp_path)
    return augmented.load(tmp_path)


def names(held_out: bool) -> set[str]:
    return {pen_digit.writer for pen_digit in pen_digits.writers(held_out)}


def test_no_writer_is_both_training_digits_and_held_out(small):
    assert not names(True) & names(False)
    assert len(names(True)) == 4 and len(names(True) | names(False)) == 30


def test_half_of_the_writers_of_a_later_site_are_held_out_and_files_of_one_person_stay_together(small, monkeypatch):
    names = [*(f"ibm{number:02}" for number in range(1, 10)), "ibm10"]
    monkeypatch.setattr(
        pen_digits,
        "unipen",
        lambda: [PenDrawing("3", sized(3, i), name, f"data/1a/ibm/{name}.dat:{i}") for i, name in enumerate(names)],
    )
    kept, trained = ({digit.writer for digit in pen_digits.writers(side) if digit.source} for side in (True, False))
    assert kept == {"ibm02", "ibm10", "ibm05", "ibm07"} and kept | trained == set(names)


def test_a_drawing_that_is_in_two_places_comes_once(small, monkeypatch):
    twice = [
        PenDrawing("3", tuple(np.round(stroke) + 5 * i for stroke in placed(3)), f"w{i}", f"a:{i}") for i in range(2)
    ]
    monkeypatch.setattr(pen_digits, "unipen", lambda: twice)
    assert [digit.source for digit in pen_digits.writers(False) if digit.source] == ["a:0"]


def test_files_of_other_digits_or_other_code_have_other_names(small, tmp_path, monkeypatch):
    before = {collection: augmented._path(collection, 0, tmp_path) for collection in augmented.VARIATIONS}
    monkeypatch.setattr(augmented, "writers", lambda held_out: [PenDrawing("3", sized(3, 0), "w1", "a:1")])
    augmented.training_digits.cache_clear()
    changed = [name for name, path in before.items() if augmented._path(name, 0, tmp_path) != path]
    assert changed == ["pen", "outlier"]
    monkeypatch.setitem(augmented.VARIED_BY, "mnist", ("augment/styles.py",))
    assert augmented._path("mnist", 0, tmp_path) != before["mnist"]


def test_the_training_digits_are_mnist_its_variations_and_the_pen_variations(generated):
    pens = 26 * 10
    assert len(generated.mnist) == 10 and len(generated.pictures) == len(generated.labels) == 3 * 10 + 6 * pens
    assert np.array_equal(generated.labels[:30], np.tile(np.arange(10), 3))
    assert np.array_equal(generated.labels[30:], np.tile(generated.pen_labels, 6))
    assert len(generated.validation) == 5 + 40


def test_every_variation_knows_its_original(generated):
    assert np.array_equal(generated.origins[:30], np.tile(np.arange(10), 3))
    assert np.array_equal(generated.origins[30:], np.tile(10 + np.arange(260), 6))
    assert np.array_equal(labels_of_originals(generated), [*range(10), *generated.pen_labels])


def test_an_epoch_holds_each_mnist_digit_once_and_some_variations_of_the_pens(generated):
    chosen = generated.choose(0, np.random.default_rng(0))
    assert sorted(chosen[chosen < 30] % 10) == list(range(10))
    pens = chosen[chosen >= 30]
    assert len(pens) == augmented.PEN_VARIATIONS_PER_EPOCH * 260 and len(set(pens)) == len(pens)
    assert not np.array_equal(chosen, generated.choose(1, np.random.default_rng(1)))


def test_no_variation_of_a_pen_digit_comes_again_before_all_others_have_come(generated):
    seen = np.concatenate([generated.choose(epoch, np.random.default_rng(epoch)) for epoch in range(6)])
    places, counts = np.unique(seen[seen >= 30], return_counts=True)
    assert len(places) == 6 * 260 and set(counts) == {5}, "six epochs of five variations each, out of six variations"


def test_some_of_mnists_digits_are_taken_as_they_are(generated):
    untouched = [(generated.choose(0, np.random.default_rng(seed)) < len(generated.mnist)).sum() for seed in range(100)]
    assert np.mean(untouched) == pytest.approx(augmented.UNVARIED * len(generated.mnist), rel=0.15)


def test_mislabelled_digits_are_not_training_digits(small, monkeypatch):
    monkeypatch.setattr(
        pen_digits, "unipen", lambda: [PenDrawing("3", sized(3, i), f"w{i}", f"a:{i}") for i in range(20)]
    )
    monkeypatch.setattr(pen_digits, "label_errors", lambda: frozenset({"a:1", "a:2"}))
    sources = {pen_digit.source for pen_digit in augmented.training_digits()}
    assert "a:4" in sources and not sources & {"a:1", "a:2"}


def test_existing_files_are_not_generated_again(generated, tmp_path, monkeypatch):
    monkeypatch.setattr(augmented, "ProcessPoolExecutor", None)
    everything = np.arange(len(generated.pictures))
    assert np.array_equal(augmented.load(tmp_path).pictures[everything], generated.pictures[everything])


def test_a_system_that_does_not_tell_the_cores_of_a_process_generates_too(small, tmp_path, monkeypatch):
    monkeypatch.delattr(augmented.os, "sched_getaffinity", raising=False)  # as on macOS and Windows
    monkeypatch.setattr(augmented.os, "cpu_count", lambda: 3)
    asked = []

    class Executor:
        def __init__(self, workers, mp_context):
            asked.append(workers)

        def __enter__(self):
            raise KeyboardInterrupt

        __exit__ = None

    monkeypatch.setattr(augmented, "ProcessPoolExecutor", Executor)
    with pytest.raises(KeyboardInterrupt):
        augmented.prepared(("mnist",), tmp_path)
    assert asked == [3]


@pytest.mark.parametrize("damage", ["cut off", "of other digits"])
def test_a_damaged_file_is_named_with_the_way_out(generated, tmp_path, damage):
    path = augmented._path("pen", 3, tmp_path)
    if damage == "cut off":
        path.write_bytes(path.read_bytes()[:-100])
    else:
        np.save(path, np.load(path)[1:])
    with pytest.raises(DataError, match=rf"{path.name} (is damaged|was made of other digits).*delete .*made again"):
        augmented.load(tmp_path)


@pytest.mark.parametrize("collection", ["pen", "outlier"])
def test_generating_a_variation_is_reproducible(small, tmp_path, collection):
    for folder in (tmp_path / "a", tmp_path / "b"):
        augmented._generate(collection, 3, folder)
    first, second = (np.load(augmented._path(collection, 3, tmp_path / name)) for name in "ab")
    assert np.array_equal(first, second)


def test_outliers_are_prepared_with_their_own_label(generated, tmp_path):
    parts = augmented.prepared(("outlier",), tmp_path)["outlier"]
    assert len(parts) == 2 and all(25 <= len(part) <= 30 and part.any((1, 2)).all() for part in parts)


def test_some_outliers_look_like_pictures_so_that_this_look_is_not_what_tells_digits(small, tmp_path, monkeypatch):
    monkeypatch.setattr(augmented, "augment_image", lambda digit, random: np.full_like(digit, 7))
    augmented._generate("outlier", 0, tmp_path)
    pictured = (np.load(augmented._path("outlier", 0, tmp_path)) == 7).all((1, 2))
    assert 0.1 < pictured.mean() < 0.6


def test_whoever_is_held_out_as_a_writer_of_digits_is_held_out_as_a_writer_of_letters(small, monkeypatch):
    letters = [PenDrawing("A", (np.eye(2),), f"w{number}") for number in range(100, 140)]
    monkeypatch.setattr(characters, "unipen", lambda: pen_digits.unipen())
    monkeypatch.setattr(characters, "unipen_characters", lambda part: letters)
    for cached in (characters.characters, characters.held_out_writers):
        cached.cache_clear()
    trained, kept = ({c.writer for c in characters.characters("written_letter", side)} for side in (False, True))
    for cached in (characters.characters, characters.held_out_writers):
        cached.cache_clear()
    assert trained and kept and not trained & kept and len(trained | kept) == 40
    unipen_writers = {pen_digit.writer for pen_digit in pen_digits.unipen()}
    assert kept & unipen_writers == names(True) & unipen_writers and kept - unipen_writers


def test_characters_written_like_digits_are_left_out(monkeypatch):
    signs = ["O", "l", "A", "e", "."]
    monkeypatch.setattr(characters, "held_out_writers", frozenset)
    monkeypatch.setattr(characters, "unipen_characters", lambda part: [PenDrawing(s, (np.eye(2),)) for s in signs])
    characters.characters.cache_clear()
    assert {character.sign for character in characters.characters("written_sign", False)} == {"A", "e"}
    characters.characters.cache_clear()


def test_batches_have_each_digit_once_and_are_shuffled_by_seed_and_epoch(small):
    from models import NETWORKS

    data = Splits(small, small[:0], small[:0])
    batches = Batches(NETWORKS["mlp"], data, one_hot(small.labels), 4, seed=1)
    orders = []
    for epoch in (0, 1, 0):
        batches.begin(epoch)
        assert len(batches) == 3
        targets = np.concatenate([batches[i][1] for i in range(3)])
        orders.append(targets.argmax(1).tolist())
        assert sorted(orders[-1]) == list(range(10)) and batches[0][0].shape == (4, 784)
        shown = np.concatenate([batches[i][0] for i in range(3)]).max(1) * 255
        assert shown.round().tolist() == [20.0 * label for label in orders[-1]], "picture and target belong together"
    assert orders[0] == orders[2] != orders[1]


def test_pictures_in_several_arrays_are_read_like_one():
    parts = [np.arange(n * 4, dtype=np.uint8).reshape(n, 2, 2) + 50 * i for i, n in enumerate((3, 1, 5))]
    places = np.array([8, 0, 3, 3, 4, 2])
    assert len(Pictures(parts)) == 9
    assert np.array_equal(Pictures(parts)[places], np.concatenate(parts)[places])


def test_soft_targets_are_half_label_half_teacher():
    raw = np.array([[0.64, 0.36] + [0] * 8], np.float32)
    soft = soft_targets(np.array([0], np.uint8), raw, temperature=2.0)
    np.testing.assert_allclose(soft[0, :2], [(1 + 0.8 / 1.4) / 2, 0.6 / 1.4 / 2], rtol=1e-5)
    assert soft.sum() == pytest.approx(1)
