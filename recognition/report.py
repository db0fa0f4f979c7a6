"""Predictions for other programs: a picture or JSON becomes a digit, and the answers become plain data.

Used by the command line (python -m recognition) and by the page's POST /api/predict.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from digits import SIDE
from models import NETWORKS
from recognition.outlier import THRESHOLD
from recognition.prediction import Prediction, confidence_in_number, number_of

JSON_BYTES = 16_384  # of 28 x 28 numbers in JSON; with digits, commas and indentation they take less
DECIMALS = 6  # of a probability


def digit_from_json(text: bytes) -> np.ndarray:
    """Reads a digit, uint8 (28, 28), from JSON: 28 rows of 28 whole numbers, 0 (paper) to 255 (ink).

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
    return np.array(rows, np.uint8)


def report(answers: Sequence[Prediction], outlier_score: float | None) -> dict[str, Any]:
    """Answers as plain data for JSON.

    outlier_score: recognition.outlier.score, or None where the detector cannot be read.
    Each network has its digit, confidence, probabilities, whether they are calibrated, and the SHA-256 of its weights,
    or an error in their place.
    """
    return {
        "not_a_digit": None if outlier_score is None else bool(outlier_score >= THRESHOLD),
        "outlier_score": None if outlier_score is None else round(float(outlier_score), DECIMALS),
        "networks": {answer.network: _entry(answer) for answer in answers},
    }


def number_report(answers: Sequence[Sequence[Prediction]], outlier_scores: Sequence[float | None]) -> dict[str, Any]:
    """The answers to the digits of a number, left to right, as plain data for JSON; of one digit its report.

    Each network has its number and the product of its confidences; "digits" holds the report of each digit.
    """
    digits = [report(*each) for each in zip(answers, outlier_scores, strict=True)]
    if len(digits) == 1:
        return digits[0]
    networks = {each[0].network: _number_entry(each) for each in zip(*answers, strict=True)}
    return {"networks": networks, "digits": digits}


def _number_entry(answers: Sequence[Prediction]) -> dict[str, Any]:
    entry = _entry(answers[0])
    if "error" in entry:
        return entry
    kept = {key: value for key, value in entry.items() if key not in ("digit", "probabilities")}
    return kept | {"number": number_of(answers), "confidence": round(confidence_in_number(answers), DECIMALS)}


def _entry(answer: Prediction) -> dict[str, Any]:
    entry: dict[str, Any] = {"title": NETWORKS[answer.network].title, "recipe": answer.recipe}
    if answer.probabilities is None or answer.card is None:
        return entry | {"error": answer.error}
    return entry | {
        "digit": answer.digit,
        "confidence": round(answer.confidence, DECIMALS),
        "probabilities": [round(float(value), DECIMALS) for value in answer.probabilities],
        "calibrated": answer.calibrated,
        "weights": answer.card.sha256,
    }
