"""The arithmetic of the book's lessons is Keras's, and the curves are the print's."""

from __future__ import annotations

import json
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import recognition
from digits.samples import DIGITS, sample_digit
from models import NETWORKS
from recognition.store import serving_path
from ui.book.facts import ERRATA, FACTS

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
FIGURES = {"one minimum": FACTS["figure 1.3.7"], "two minima": FACTS["figure 1.3.8"]}
PICTURE = sample_digit("5").astype(np.float64) / 255
SAMPLES = {str(digit): strokes for digit, strokes in DIGITS.items()}


def lessons(jobs: list[dict[str, Any]]) -> list[Any]:
    """Return what the lessons compute for several jobs, each a name with its arguments."""
    script = Path(__file__).with_name("book.mjs")
    done = subprocess.run(["node", script], input=json.dumps(jobs), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def lesson(job: str, **values: Any) -> Any:
    """Return what a lesson computes."""
    return lessons([{"job": job, **values}])[0]


def test_activations_are_kerass():
    import keras

    x = np.linspace(-5, 5, 41).astype(np.float32)
    names = ["ReLU", "softplus", "ELU", "SELU", "sigmoid", "tanh", "linear"]
    jobs = [{"job": "activation", "name": name, "x": x.tolist(), "a": 1} for name in names]
    *given, turned = lessons([*jobs, {**jobs[2], "a": 0.4}])
    for name, values in zip(names, given, strict=True):
        np.testing.assert_allclose(values, keras.activations.get(name.lower())(x), atol=1e-5, err_msg=name)
    np.testing.assert_allclose(turned, keras.ops.elu(x, alpha=0.4), atol=1e-5)


def test_losses_are_kerass():
    import keras

    label, shares = np.eye(10)[3], np.array([0.02, 0.01, 0.1, 0.6, 0, 0.05, 0.05, 0.07, 0.06, 0.04])
    names = ["mean squared error", "mean absolute error", "categorical cross-entropy", "binary cross-entropy"]
    given = lessons(
        [{"job": "loss", "name": name, "label": label.tolist(), "probabilities": shares.tolist()} for name in names]
    )
    for name, value in zip(names, given, strict=True):
        of = getattr(keras.losses, name.replace(" ", "_").replace("cross-entropy", "crossentropy"))
        assert value == pytest.approx(float(of(label, shares)), rel=1e-5), name


@pytest.mark.parametrize("name", FIGURES)
def test_a_slope_is_the_derivative_of_its_loss(name):
    x = np.linspace(-2, 2, 41)
    below, here, above = (lesson("curve", name=name, x=(x + step).tolist()) for step in (-1e-5, 0, 1e-5))
    numerical = (np.array(above["loss"]) - below["loss"]) / 2e-5
    np.testing.assert_allclose(here["slope"], numerical, atol=1e-3)


def test_the_first_curve_has_every_printed_number():
    print_ = FIGURES["one minimum"]
    before, after = lesson("descend", name="one minimum", start=print_["start"], rate=print_["rate"], steps=1)
    known = lesson("curve", name="one minimum", x=[print_["start"], print_["minimum"]])
    assert known["slope"] == [print_["slope"], 0]
    assert known["loss"][1] == print_["loss"] and known["minima"] == [print_["minimum"]]
    assert (before, after) == (print_["start"], pytest.approx(print_["next"]))


def test_the_second_curve_has_the_printed_minima_of_which_the_right_one_is_the_lowest():
    print_ = FIGURES["two minima"]
    known = lesson("curve", name="two minima", x=[*print_["minima"], print_["hill"]])
    assert known["minima"] == print_["minima"] and np.allclose(known["slope"], 0)
    left, right, hill = known["loss"]
    assert right < left < hill and print_["global"] == print_["minima"][1]


def test_a_small_rate_from_the_left_gets_stuck_and_a_large_one_diverges():
    stuck = lesson("descend", name="two minima", start=-2, rate=0.01, steps=300)
    assert stuck[-1] == pytest.approx(FIGURES["two minima"]["minima"][0], abs=0.01)
    assert len(lesson("descend", name="one minimum", start=-0.5, rate=1.1, steps=300)) < 50


def test_a_small_rate_takes_more_iterations_as_the_errata_count_them():
    steps = []
    for rate in (0.01, 0.1):
        path = np.array(lesson("descend", name="one minimum", start=-0.5, rate=rate, steps=300))
        steps.append(int(np.argmax(np.abs(path - 0.5) < 0.02)))
    assert f"are {steps[0]} steps at 0.01, and {steps[1]} at 0.1" in ERRATA[-1].why


def test_optimizers_step_like_kerass():
    import keras

    makers = {
        "SGD": keras.optimizers.SGD(0.05),
        "momentum": keras.optimizers.SGD(0.05, momentum=0.9),
        "RMSprop": keras.optimizers.RMSprop(0.05),
        "Adam": keras.optimizers.Adam(0.05),
    }
    start = [1.0, -2.0, 0.5]
    given = lessons([{"job": "optimize", "name": name, "start": start, "rate": 0.05, "steps": 8} for name in makers])
    for (name, optimizer), steps in zip(makers.items(), given, strict=True):
        weights, expected = keras.Variable(start), []
        for _ in range(8):
            optimizer.apply([weights.value * np.array([1, 2, 3], np.float32)], [weights])
            expected.append(weights.numpy())
        np.testing.assert_allclose(steps, expected, atol=2e-5, err_msg=name)


def test_convolutions_and_pools_are_kerass():
    import keras

    flat, batch = PICTURE.ravel().tolist(), PICTURE[None, :, :, None].astype(np.float32)
    edges = np.array([1, 0, -1, 2, 0, -2, 1, 0, -1], np.float32).reshape(3, 3, 1, 1)
    expected, jobs = [], []
    for stride, same in product((1, 2, 3), (False, True)):
        padding, how = "same" if same else "valid", {"stride": stride, "same": same}
        expected.append(keras.ops.conv(batch, edges, stride, padding))
        jobs.append({"job": "convolve", "picture": flat, "how": {**how, "size": [3, 3]}, "filter": "upright edges"})
        for size, average in product(((2, 2), (1, 4), (4, 1)), (False, True)):
            pool = keras.ops.average_pool if average else keras.ops.max_pool
            expected.append(pool(batch, size, stride, padding))
            jobs.append({"job": "pool", "picture": flat, "how": {**how, "size": size}, "average": average})
    for sheet, correct in zip(lessons(jobs), expected, strict=True):
        assert (sheet["rows"], sheet["columns"]) == tuple(correct.shape[1:3])
        np.testing.assert_allclose(sheet["values"], np.ravel(correct), atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("shortcuts", [False, True])
def test_gradients_are_kerass(shortcuts):
    import keras
    import tensorflow as tf

    x, widths = np.random.default_rng(0).normal(size=20), [20, 12, 12, 12, 10]
    names = ["ReLU", "tanh", "sigmoid"]
    given = lessons(
        [
            {
                "job": "gradients",
                "settings": {"widths": widths, "activation": name, "shortcuts": shortcuts},
                "input": x.tolist(),
                "label": 4,
            }
            for name in names
        ]
    )
    for name, told in zip(names, given, strict=True):
        y, made = keras.Input((20,)), []
        inputs = y
        for place, width in enumerate(widths[1:]):
            made.append(keras.layers.Dense(width, activation="softmax" if place == 3 else name.lower()))
            z = made[-1](y)
            y = keras.layers.Add()([y, z]) if shortcuts and 0 < place < 3 else z
        model = keras.Model(inputs, y)
        for layer, known in zip(made, told["layers"], strict=True):
            layer.set_weights([np.reshape(known["weights"], layer.kernel.shape[::-1]).T, np.array(known["bias"])])
        with tf.GradientTape() as tape:
            loss = -tf.math.log(model(x[None])[0, 4])
        gradients = tape.gradient(loss, [layer.kernel for layer in made])
        np.testing.assert_allclose(told["probabilities"], model(x[None])[0], atol=1e-5)
        for gradient, known in zip(gradients, told["gradients"], strict=True):
            np.testing.assert_allclose(np.reshape(known["weights"], gradient.shape[::-1]).T, gradient, atol=1e-5)


def test_small_networks_learn_in_seconds_and_l1_makes_weights_zero_where_l2_makes_them_small():
    job = {"job": "learn", "samples": SAMPLES, "epochs": 6, "count": 200}
    laws = ({"optimizer": "Adam", "rate": 0.01}, {"rate": 0.1}, {"rate": 0.1, "l1": 0.005}, {"rate": 0.1, "l2": 0.02})
    adam, *others = lessons([{**job, "settings": law} for law in laws])
    assert adam["accuracy"] > 0.9
    none, l1, l2 = (np.abs(each["weights"]) for each in others)
    nearly_zero = [(weights < 0.005).mean() for weights in (none, l1, l2)]
    assert nearly_zero[1] > 2 * max(nearly_zero[0], nearly_zero[2]) and l2.max() < none.max()


def test_a_pushed_bar_has_its_value_and_the_others_share_the_rest():
    given = lesson("pushed", probabilities=[0.5, 0.3, 0.2], d=0, value=0.1)
    np.testing.assert_allclose(given, [0.1, 0.54, 0.36])


def test_no_dropout_is_the_network_itself_and_the_books_rate_leaves_about_the_printed_units():
    digit = sample_digit("5")
    classifier = recognition.load("mlp", "book")
    job = {"file": str(serving_path("mlp", "book")), "ink": (digit.ravel() / 255).tolist()}
    listing = FACTS["listing 1.3.2"]
    none, some = lesson("dropout", **job, rates=[0, listing["dropout"]])
    np.testing.assert_allclose(none["p"], classifier.raw(digit[None])[0], atol=1e-5)
    assert none["kept"] == [256, 256] and np.allclose(some["kept"], listing["left"], atol=25)
    assert int(listing["units"] * (1 - listing["dropout"])) == listing["left"]


@pytest.mark.parametrize("key", ["rnn", "lstm"])
def test_the_recurrent_lessons_numbers_are_those_of_the_network(key):
    digit = sample_digit("5")
    told = lesson("recurrence", file=str(serving_path(key, "book")), digit=digit.ravel().tolist())
    rows = np.array(told["gates"])
    states = recognition.load(key, "book").outputs(digit[None], ["states"])[0].reshape(28, 256)
    np.testing.assert_allclose(rows[:, -1], states, atol=1e-5)
    before = np.vstack([np.zeros(256), states[:-1]])
    if key == "rnn":
        weights, state = np.reshape(told["input"], (256, 28)), np.reshape(told["state"], (256, 256))
        expected = np.tanh(told["bias"] + before @ state.T + (digit / 255) @ weights.T)
        np.testing.assert_allclose(rows[:, 0], expected, atol=1e-4)
    else:
        entry, forget, output, candidate, cell, new = rows.transpose(1, 0, 2)
        earlier = np.vstack([np.zeros(256), cell[:-1]])
        np.testing.assert_allclose(cell, forget * earlier + entry * candidate, atol=1e-5)
        np.testing.assert_allclose(new, output * np.tanh(cell), atol=1e-5)
        assert rows[:, :3].min() >= 0 and rows[:, :3].max() <= 1


@pytest.mark.parametrize("plan", ["Y-network", "one branch", "a small fork"])
def test_the_code_of_a_graph_builds_that_graph_in_keras(plan):
    built = lesson("graph", plan=plan)
    scope: dict[str, Any] = {}
    exec(built["code"], scope)
    model = scope["model"]
    assert {layer.name: (type(layer).__name__, layer.count_params()) for layer in model.layers} == {
        layer["name"]: (layer["kind"], layer["parameters"]) for layer in built["layers"]
    }
    shapes = {layer.name: str(tuple(layer.output.shape)) for layer in model.layers}
    assert shapes == {layer["name"]: layer["output"].replace(", )", ",)") for layer in built["layers"]}
    assert model.count_params() == built["parameters"] and not built["problem"]
    if plan == "Y-network":
        own = NETWORKS["ynet"].build()
        assert built["parameters"] == own.count_params() and len(model.inputs) == len(own.inputs)


def test_branches_that_do_not_fit_are_refused_as_keras_refuses_them():
    plan = {"branches": [["Conv2D", "MaxPooling2D"], ["Conv2D"]], "inputs": 1, "merge": "Add"}
    built = lesson("graph", plan=plan)
    assert "14 × 14 × 32 and 28 × 28 × 32" in built["problem"]
    with pytest.raises(ValueError):
        exec(built["code"], {})


@pytest.mark.slow
def test_a_dense_blocks_layers_take_what_those_of_the_densenet_take():
    model, growth = NETWORKS["densenet"].build(), 12
    taken = [model.get_layer(f"stage1_block{layer}_a_norm").input.shape[-1] - 1 for layer in (1, 2, 3, 4)]
    assert (
        lesson("entering", layers=4, growth=growth) == taken
    )  # the picture itself is one more map, in the first block


@pytest.mark.parametrize("key", ["resnet", "resnet_v2"])
def test_a_residual_block_gives_what_the_network_says_and_without_its_shortcut_the_branch_alone(key):
    file, digit = str(serving_path(key, "drawn")), sample_digit("5").ravel().tolist()
    blocks = lesson("blocks", key=key, file=file, digit=digit)
    assert len(blocks) == {"resnet": 9, "resnet_v2": 6}[key]
    for block in blocks:
        assert block["off"] < 1e-5 and block["cut"] < 1e-5 and block["lost"] > 0.1
