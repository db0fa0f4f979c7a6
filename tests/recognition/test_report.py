"""Other programs get the page's answers: from files by the command line, as plain data in JSON."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from digits.samples import sample_digit
from digits.strokes import draw_strokes
from recognition import __main__ as command
from recognition import load, outlier
from recognition.classifier import Classifier
from recognition.prediction import Failure
from recognition.report import JSON_BYTES, digit_from_json, number_report
from tests.drawings import placed
from tests.page_server import ROOT

FIVE = sample_digit("5")


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "five.png"
    Image.fromarray(FIVE).save(path)
    return path


def test_a_picture_is_classified_by_the_first_four_networks(picture, capsys):
    assert command.main([str(picture)]) == 0
    line = capsys.readouterr().out
    assert line.startswith(f"{picture}: MLP 5 (") and line.count(" 5 (") == 4 and "ResNet" in line


@pytest.mark.parametrize("invert", [False, True], ids=["light on dark", "dark on light"])
def test_28_by_28_pixels_are_taken_as_they_are(invert, tmp_path, capsys):
    path = tmp_path / "digit.png"
    Image.fromarray(255 - FIVE if invert else FIVE).save(path)
    assert command.main([str(path), "--network", "cnn", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["networks"].values()
    expected = load("cnn", "drawn").predict(FIVE[None])[0]
    np.testing.assert_allclose(entry["probabilities"], expected, atol=1e-6)
    assert entry["digit"] == 5 and entry["calibrated"] is True and len(entry["weights"]) == 64


def test_a_file_that_shows_no_digit_is_named_and_the_others_are_classified(picture, tmp_path, capsys):
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    assert command.main([str(text), str(picture), str(tmp_path / "missing.png")]) == 1
    printed = capsys.readouterr()
    assert printed.out.count("MLP 5 (") == 1
    assert "notes.txt: Expected a photo" in printed.err and "missing.png" in printed.err


def test_folders_and_patterns_give_a_line_for_each_picture_and_others_are_passed_over(picture, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("no picture")
    Image.fromarray(255 - FIVE).save(tmp_path / "other.PNG")
    for names in ([str(tmp_path)], [str(tmp_path / "*.[pP][nN][gG]")]):
        assert command.main([*names, "--network", "cnn"]) == 0
        assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
            str(picture), str(tmp_path / "other.PNG")
        ]  # fmt: skip
    (tmp_path / "empty").mkdir()
    assert command.main([str(tmp_path / "empty"), "--network", "cnn"]) == 1
    assert f"found none in {tmp_path / 'empty'}" in capsys.readouterr().err


def test_standard_input_is_read_and_a_console_that_lacks_the_letters_of_a_name_gets_the_line(picture, tmp_path):
    odd = tmp_path / "数字.png"
    odd.write_bytes(picture.read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "recognition", "--network", "cnn", str(odd), "-", str(tmp_path / "ü-missing.png")],
        cwd=ROOT, input=picture.read_bytes(), capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    first, second = done.stdout.decode("ascii").splitlines()
    assert first.startswith(str(tmp_path)) and "\\u6570" in first and second.startswith("standard input: CNN 5 (")
    assert done.returncode == 1 and b"xfc-missing.png: Expected a file, found none at" in done.stderr


def test_what_may_be_wrong_with_a_photo_is_told_in_words_and_in_json(tmp_path, capsys):
    path = tmp_path / "half.png"
    slash = [np.array([(150.0, 80), (120, 165)])]
    ink = draw_strokes([*placed(3, 100, 0, 70), *slash, *placed(8, 100, 170, 70)], 12, 280, 280)[..., 3]
    Image.fromarray(255 - ink).save(path)
    command.main([str(path), "--network", "cnn"])
    assert "a 1 may be a slash" in capsys.readouterr().out
    command.main([str(path), "--network", "cnn", "--json"])
    assert "may be a slash" in json.loads(capsys.readouterr().out)["warning"]


@pytest.mark.parametrize(("confidence", "uncertain"), [(0.6, True), (0.99, False)])
def test_a_digit_on_a_photo_of_which_the_networks_are_unsure_is_told_in_words_and_in_json(
    confidence, uncertain, tmp_path, capsys, monkeypatch
):
    probabilities = np.full((1, 10), (1 - confidence) / 9, np.float32)
    probabilities[0, 5] = confidence
    monkeypatch.setattr(Classifier, "predict", lambda self, digits: probabilities)
    path = tmp_path / "5.png"
    Image.fromarray(FIVE).save(path)
    command.main([str(path)])
    command.main([str(path), "--json"])
    words, data = capsys.readouterr().out.splitlines()
    assert ("a digit is uncertain" in words) == uncertain == ("is uncertain" in json.loads(data).get("warning", ""))


def test_with_json_an_error_is_an_object_too(tmp_path, capsys):
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    assert command.main([str(text), "--json"]) == 1
    assert "Expected a photo" in json.loads(capsys.readouterr().out)["error"]


def test_what_looks_like_no_digit_is_flagged(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(outlier, "score", lambda digits: np.array([0.9], np.float32))
    file = io.BytesIO()
    Image.fromarray(FIVE).save(file, "PNG")
    (tmp_path / "a.png").write_bytes(file.getvalue())
    command.main([str(tmp_path / "a.png")])
    assert "may not be a digit" in capsys.readouterr().out


def test_the_report_has_ten_probabilities_and_the_score():
    answers = [load("mlp", "book").predict_one(FIVE)]
    data = json.loads(json.dumps(number_report([answers], [0.25])))
    assert data["not_a_digit"] is False and data["outlier_score"] == 0.25
    assert data["networks"]["mlp"]["recipe"] == "book" and len(data["networks"]["mlp"]["probabilities"]) == 10


def test_a_network_that_cannot_answer_has_its_error():
    data = number_report([[]], [None], [Failure("cnn", "It is missing.")])
    assert data["networks"]["cnn"] == {"title": "CNN", "error": "It is missing."}
    assert data["not_a_digit"] is None


def test_28_rows_of_28_numbers_in_json_are_a_digit():
    np.testing.assert_array_equal(digit_from_json(json.dumps(FIVE.tolist()).encode()), FIVE)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[" * 10_000,
        json.dumps([[0] * 28] * 27).encode(),
        json.dumps([[0] * 27] * 28).encode(),
        json.dumps([[256] * 28] * 28).encode(),
        json.dumps([[-1] * 28] * 28).encode(),
        json.dumps([[0.5] * 28] * 28).encode(),
        json.dumps([[True] * 28] * 28).encode(),
        b"[" + b" " * JSON_BYTES + b"]",
    ],
    ids=["empty", "object", "nested", "27 rows", "27 columns", "256", "-1", "0.5", "true", "too long"],
)
def test_other_json_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="Expected"):
        digit_from_json(text)


def test_a_number_is_one_line_and_with_json_the_number_and_the_report_of_each_digit(tmp_path, capsys):
    path = tmp_path / "number.png"
    ink = draw_strokes([*placed(4, 130, 0, 70), *placed(2, 130, 130, 70)], 18, 280, 280)[..., 3]
    Image.fromarray(255 - ink).save(path)
    assert command.main([str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"{path}: MLP 42 (")
    assert command.main([str(path), "--network", "cnn", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    single = [digit["networks"]["cnn"] for digit in data["digits"]]
    assert data["networks"]["cnn"]["number"] == "42" and [entry["digit"] for entry in single] == [4, 2]
    product = np.prod([entry["confidence"] for entry in single])
    assert data["networks"]["cnn"]["confidence"] == pytest.approx(product, abs=1e-5)
