"""The worked example of docs/new_network.md works as it is written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.page_server import ROOT
from training.data.dataset import data_folder

PACKAGES = ("digits", "language", "models", "recognition", "training", "explain")
TRY = """
import recognition
from training.data.mnist import mnist
test = mnist().test
classifier = recognition.load("linear", "book")
print((classifier.predict(test.digits).argmax(1) == test.labels).mean(), classifier.card.parameters)
"""


@pytest.mark.nightly
@pytest.mark.skipif(data_folder() is None, reason="needs mnist.npz: set DIGIT_DATA")
def test_a_network_is_added_by_a_file_and_two_lines(tmp_path):
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("runs", "__pycache__"))
    text = (ROOT / "docs" / "new_network.md").read_text(encoding="utf-8")
    architecture, entry, hyperparameters = re.findall(r"```(?:python|text)\n(.*?)```", text, re.DOTALL)
    (tmp_path / "models" / "linear.py").write_text(architecture, encoding="utf-8")
    registry = tmp_path / "models" / "__init__.py"
    with_import = registry.read_text(encoding="utf-8").replace("import bilstm,", "import linear, bilstm,")
    registry.write_text(
        with_import.replace("        ynet.NETWORK,\n", "        ynet.NETWORK,\n" + entry), encoding="utf-8"
    )
    settings = tmp_path / "training" / "engine" / "hyperparameters.py"
    recipes = settings.read_text(encoding="utf-8")
    settings.write_text(recipes.replace("BOOK = {\n", "BOOK = {\n" + hyperparameters), encoding="utf-8")

    environment = os.environ | {"DIGIT_WEIGHTS": str(tmp_path / "weights"), "DIGIT_RUNS": str(tmp_path / "runs")}

    def run(*command: str) -> str:
        done = subprocess.run([sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    command = re.search(r"python (-m training\.train .*)", text)[1].split()
    run(*command, "--epochs", "2")
    accuracy, parameters = run("-c", TRY).split()[-2:]
    assert float(accuracy) > 0.9 and parameters == "7850"
