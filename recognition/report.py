"""Predictions for other programs: a picture or JSON becomes a digit, and the answers become plain data.

Used by the command line (python -m recognition) and by the page's POST /api/predict.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from digits import SIDE
from digits.lines import Line
from digits.normalization import is_nothing
from digits.photo import Reading
from digits.upright import Box
from language import N_
from models import NETWORKS
from recognition import outlier
from recognition.prediction import SURE, Failure, Prediction, confidence_in_number, number_of

JSON_BYTES = 16_384  # of 28 x 28 numbers in JSON; with digits, commas and indentation they take less
DECIMALS = 6  # of a probability
MORE_INK = N_("More ink on this line was not read; signs, such as a minus or a point, are not.")
NOT_WHOLE = N_("What was read as a digit on this line may be a part of one, or two that touch.")
SLASH = N_("A slanted stroke on this line was read as a 1; it may be a slash, and signs are not read.")
OTHER_INK = N_("Other ink on the photo was not read.")
UNSURE = f"A digit on this line is uncertain: less than {100 * SURE:.0f} % on average over the networks."


def digit_from_json(text: bytes) -> np.ndarray:
    """Read a digit, uint8 (28, 28), from JSON: 28 rows of 28 whole numbers, 0 (paper) to 255 (ink).

    Raises ValueError for anything else.
    """
    if len(text) > JSON_BYTES:
        raise ValueError(f"Expected at most {JSON_BYTES:,} bytes of JSON, got {len(text):,}.")
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"Expected {SIDE} rows of {SIDE} numbers in JSON, got something that is not JSON.") from error
    regular = isinstance(rows, list) and len(rows) == SIDE
    if not (regular and all(isinstance(row, list) and len(row) == SIDE for row in rows)):
        raise ValueError(f"Expected {SIDE} rows of {SIDE} numbers in JSON, got another shape.")
    if not all(type(value) is int and 0 <= value <= 255 for row in rows for value in row):
        raise ValueError("Expected whole numbers from 0 (paper) to 255 (ink).")
    digit = np.array(rows, np.uint8)
    if is_nothing(digit):
        raise ValueError(
            f"Expected a digit, found nearly nothing: {np.count_nonzero(digit)} pixels of ink, the strongest "
            f"{digit.max()}; ink is 255, not 1."
        )
    return digit


def number_report(
    digits: Sequence[Sequence[Prediction]], outlier_scores: Sequence[float | None], failures: Sequence[Failure] = ()
) -> dict[str, Any]:
    """The predictions for the digits of a number, left to right, as plain data for JSON; of one digit its report.

    digits: the predictions of the same networks for each. outlier_scores: recognition.outlier.score of each, or None
    where the detector cannot be read. failures: of the other networks, which have an error in place of a digit.
    Each network has its number and the product of its confidences; "digits" holds the report of each digit.
    """
    reports = [_report(*each, failures) for each in zip(digits, outlier_scores, strict=True)]
    if len(reports) == 1:
        return reports[0]
    networks = {each[0].network: _number_entry(each) for each in zip(*digits, strict=True)} | _errors(failures)
    return {"networks": networks, "digits": reports}


def photo_report(lines: Sequence[dict[str, Any]], photo: Reading) -> dict[str, Any]:
    """The report of a photo: that of its first line, and, where there are several, of each.

    lines: number_report of each line. Boxes are left, top, right, bottom, in pixels of the photo, upright and at most
    digits.picture.DECODED_SIDE wide or high.
    """
    each = [
        report
        | _places("boxes", line.boxes)
        | _places("unread", line.unread)
        | _warning(line_doubts(line) + [UNSURE] * _is_unsure(report))
        for report, line in zip(lines, photo.lines, strict=True)
    ]
    whole = each[0] | ({"lines": each} if len(each) > 1 else {})
    if photo.unread:
        whole |= _places("other_ink", photo.unread) | _warning([*filter(None, [each[0].get("warning")]), OTHER_INK])
    return whole


def _is_unsure(report: dict[str, Any]) -> bool:
    """Tell whether the networks, whose mean counts, are unsure of a digit in the report of a line."""
    for digit in report.get("digits", [report]):
        read = [entry["probabilities"] for entry in digit["networks"].values() if "probabilities" in entry]
        if read and np.mean(read, axis=0).max() < SURE:
            return True
    return False


def line_doubts(line: Line) -> list[str]:
    """Return what may be wrong with a line that was read on a photo, in English sentences."""
    return [MORE_INK] * bool(line.unread) + [NOT_WHOLE] * line.is_doubtful + [SLASH] * line.has_slash


def photo_doubts(photo: Reading, line: Line) -> list[str]:
    """Return what may be wrong with a line of a photo, and the photo around it, in sentences."""
    return line_doubts(line) + [OTHER_INK] * bool(photo.unread)


def _warning(sentences: Sequence[str]) -> dict[str, str]:
    return {"warning": " ".join(sentences)} if sentences else {}


def _places(name: str, boxes: Sequence[Box]) -> dict[str, list[list[float]]]:
    return {name: [[round(side, 1) for side in (box.left, box.top, box.right, box.bottom)] for box in boxes]}


def _report(predictions: Sequence[Prediction], score: float | None, failures: Sequence[Failure]) -> dict[str, Any]:
    return {
        "not_a_digit": None if score is None else bool(score >= outlier.THRESHOLD),
        "outlier_score": None if score is None else round(float(score), DECIMALS),
        "networks": {each.network: _entry(each) for each in predictions} | _errors(failures),
    }


def _errors(failures: Sequence[Failure]) -> dict[str, Any]:
    return {each.network: {"title": NETWORKS[each.network].title, "error": each.reason} for each in failures}


def _number_entry(predictions: Sequence[Prediction]) -> dict[str, Any]:
    kept = {key: value for key, value in _entry(predictions[0]).items() if key not in ("digit", "probabilities")}
    confidence = round(confidence_in_number(predictions), DECIMALS)
    return kept | {"number": number_of(predictions), "confidence": confidence}


def _entry(prediction: Prediction) -> dict[str, Any]:
    return {
        "title": NETWORKS[prediction.network].title,
        "recipe": prediction.recipe,
        "digit": prediction.digit,
        "confidence": round(prediction.confidence, DECIMALS),
        "probabilities": [round(float(value), DECIMALS) for value in prediction.probabilities],
        "calibrated": prediction.calibrated,
        "weights": prediction.card.sha256,
    }
