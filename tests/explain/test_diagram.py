"""Diagrams of models: their structure, contrast on any background, and that Graphviz draws them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from explain import architecture
from explain.architecture import dot
from tests.explain.architectures import BUILDERS, built
from tests.explain.dot import Drawing

FOLDER = Path(architecture.__file__).parents[1]
EVERY_MODEL = pytest.mark.parametrize("name", BUILDERS)


@pytest.fixture(scope="module")
def models():
    return {name: built(name) for name in BUILDERS}


@pytest.fixture(scope="module")
def drawings(models):
    return {name: Drawing(dot(model)) for name, model in models.items()}


@EVERY_MODEL
def test_the_parameters_in_the_nodes_add_up_to_those_of_the_model(name, models, drawings):
    counts = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) parameters", drawings[name].source)]
    assert sum(counts) == models[name].count_params()


@EVERY_MODEL
def test_each_edge_connects_two_nodes(name, drawings):
    drawing = drawings[name]
    assert drawing.edges
    assert {end for edge in drawing.edges for end in edge} <= set(drawing.nodes)
    assert all(tail != head for tail, head in drawing.edges)


@EVERY_MODEL
def test_the_graph_is_connected(name, drawings):
    drawing = drawings[name]
    start = next(iter(drawing.nodes))
    assert drawing.reachable(start, lambda name: drawing.before(name) | drawing.after(name)) == set(drawing.nodes)


@EVERY_MODEL
def test_all_paths_lead_from_the_inputs_to_one_softmax(name, models, drawings):
    drawing = drawings[name]
    first, last = drawing.ends
    assert len(first) == len(models[name].inputs) and all(drawing.column[node].startswith("Input: ") for node in first)
    assert len(last) == 1
    for node in drawing.column:
        assert last[0] in drawing.reachable(node, drawing.after)
        assert set(first) & drawing.reachable(node, drawing.before)


@EVERY_MODEL
def test_the_shapes_at_both_ends_match_the_model(name, models, drawings):
    first, last = drawings[name].ends
    assert re.search(r"softmax\n10 \| [\d,]+ parameters$", drawings[name].column[last[0]])
    shapes = {drawings[name].column[node].split(" | ")[1] for node in first}
    assert shapes == {" × ".join(map(str, tensor.shape[1:])) for tensor in models[name].inputs}


def test_the_diagram_of_the_resnet_is_small(drawings):
    drawing = drawings["resnet"]
    assert len(drawing.column) <= 10 and len(drawing.nodes) <= 15
    assert [f"Stage {i}: 3 residual blocks" in drawing.source for i in (1, 2, 3)] == [True] * 3


def test_names_with_quotes_backslashes_and_newlines_are_escaped():
    from keras import Input, Model, layers

    name = 'a "b" \\N c\\ <d> & e\nf"'
    inputs = Input((3,), name=name)
    drawing = Drawing(dot(Model(inputs, layers.Dense(2, name='"] }')(inputs), name='"')))
    assert list(drawing.nodes) == [name, '"] }']
    assert drawing.column[name] == f"Input: {name} | 3"


def test_a_model_without_a_graph_is_refused_with_a_remedy():
    import keras

    class Own(keras.Model):
        pass

    for model in (Own(name="own"), keras.Sequential([keras.layers.Dense(2)], name="own")):
        with pytest.raises(ValueError, match=rf"got {type(model).__name__} 'own'; make it with keras\.Model\("):
            dot(model)


def contrast(first: str, second: str) -> float:
    """The WCAG contrast ratio of two colours such as "#6b84a8"."""

    def luminance(colour):
        values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("background", ["#ffffff", "#0e1117", architecture.FRAME])
def test_lines_have_enough_contrast_on_light_and_dark_backgrounds(background):
    assert contrast(architecture.LINE, background) >= 3 and contrast(architecture.SHORTCUT, background) >= 3


def test_text_has_enough_contrast_on_every_box(drawings):
    assert "bgcolor=transparent" in drawings["mlp"].source
    for fill in (*architecture.FILLS.values(), architecture.FRAME):
        assert contrast(architecture.TEXT, fill) >= 7
    assert all(
        node["fillcolor"] in architecture.FILLS.values()
        for drawing in drawings.values()
        for node in drawing.nodes.values()
    )


@pytest.mark.skipif(not shutil.which("dot"), reason="needs Graphviz: apt-get install graphviz")
@EVERY_MODEL
def test_graphviz_draws_it_without_warnings_and_no_taller_than_a_screen(name, drawings):
    drawn = subprocess.run(["dot", "-Tsvg"], input=drawings[name].source, capture_output=True, text=True, check=True)
    assert drawn.stderr == ""
    height = float(re.search(r'<svg width="\d+pt" height="(\d+)pt"', drawn.stdout)[1])
    assert height * 4 / 3 <= (650 if name == "resnet" else 800)  # pixels


def test_importing_the_module_does_not_import_keras_or_tensorflow():
    script = (
        "import sys, explain.architecture; print([name for name in ('keras', 'tensorflow') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=FOLDER, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
