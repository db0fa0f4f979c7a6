"""Exports for the host: CSV, a PNG, NPZ, and UNIPEN text that training.data.pen_digits reads.

They hold the predictions whether they were revealed or not, and none of the drawings that were removed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import select

from digits import SIDE
from digits.contact_sheet import Cell, contact_sheet
from language import _
from rooms import identity
from rooms.database import Database
from rooms.hosting import Hosted
from rooms.limits import Forbidden
from rooms.prompts import DIGITS
from rooms.schema import REMOVED, SHOWN, DrawingRow, Participant, PredictionRow, Room, Round, unpack_strokes

CANVAS = 280  # pixels on each side of the canvas that strokes are in
MAX_LARGE = 600  # drawings of a PNG with large digits and three lines of text
LARGE, SMALL = (84, 20), (42, 40)  # pixels on each side of a digit, and digits in a row
GREEN, RED, GREY = "#1f7a3d", "#b3261e", "#666666"


@dataclass(frozen=True, eq=False)
class Record:
    """A drawing with all that is stored of it. probabilities: ten for each network, by its key."""

    id: int
    place: int
    name: str
    round: int
    prompt: str
    label: int | None
    digit: np.ndarray
    strokes: list[list[tuple[float, float]]]
    recipe: str
    outlier: bool
    status: str
    sent: float
    probabilities: dict[str, list[float]] = field(default_factory=dict)

    @property
    def predictions(self) -> dict[str, int]:
        """Each network's digit, by its key."""
        return {network: max(range(DIGITS), key=ten.__getitem__) for network, ten in self.probabilities.items()}


def records(database: Database, hosted: Hosted) -> list[Record]:
    """Return a room's drawings, except removed ones, in the order they came; raises Forbidden for all but its host."""
    with database.reading() as session:
        room = session.get(Room, hosted.room_id)
        if room is None or not identity.is_token(hosted.token, room.host_hash):
            raise Forbidden(_("This link does not host this room."))
        rows = session.execute(
            select(DrawingRow, Participant.name, Round.kind)
            .join(Participant, Participant.id == DrawingRow.participant_id)
            .join(Round, (Round.room_id == DrawingRow.room_id) & (Round.number == DrawingRow.round))
            .where(DrawingRow.room_id == room.id, DrawingRow.status != REMOVED)
            .order_by(DrawingRow.place)
        ).all()
        found = {row.id: _record(row, name, prompt) for row, name, prompt in rows}
        predictions = (
            select(PredictionRow.drawing_id, PredictionRow.network, PredictionRow.probabilities)
            .join(DrawingRow, DrawingRow.id == PredictionRow.drawing_id)
            .where(DrawingRow.room_id == room.id, DrawingRow.status != REMOVED)
        )
        for drawing_id, network, text in session.execute(predictions):
            found[drawing_id].probabilities[network] = [float(value) for value in text.split()]
        return list(found.values())


def as_csv(drawings: Sequence[Record], networks: Sequence[str] = ()) -> str:
    """Return a line for each drawing: participant, prompt, label, and each network's digit and ten probabilities."""
    keys = _networks(drawings, networks)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    columns = ("answer", *(f"p{digit}" for digit in range(DIGITS)))
    head = ["drawing", "participant", "round", "prompt", "meant", "recipe", "may_be_no_digit", "status", "sent"]
    writer.writerow([*head, *(f"{key}_{column}" for key in keys for column in columns)])
    for drawing in drawings:
        row: list[object] = [drawing.place, drawing.name, drawing.round, drawing.prompt]
        row += ["" if drawing.label is None else drawing.label, drawing.recipe, "yes" if drawing.outlier else "no"]
        row += [drawing.status, f"{drawing.sent:.3f}"]
        predictions = drawing.predictions
        for key in keys:
            known = key in predictions
            row += [predictions[key], *drawing.probabilities[key]] if known else [""] * len(columns)
        writer.writerow(row)
    return file.getvalue()


def as_npz(drawings: Sequence[Record], networks: Sequence[str] = ()) -> bytes:
    """Return arrays that numpy.load opens without pickle.

    digits uint8 (n, 28, 28); meant int8 (n,), -1 where it is not known; networks (k,) and answers float32 (n, k, 10),
    their probabilities, NaN where a network made no prediction; points float32 (p, 2) in pixels of the canvas, with
    the stroke int32 (p,) and the drawing int32 (p,), counted from 0, that each point belongs to.
    """
    keys = _networks(drawings, networks)
    unknown = [np.nan] * DIGITS
    answers = [[record.probabilities.get(key, unknown) for key in keys] for record in drawings]
    points = [
        (x, y, stroke, drawing)
        for drawing, record in enumerate(drawings)
        for stroke, line in enumerate(record.strokes)
        for x, y in line
    ]
    table = np.array(points, np.float64).reshape(-1, 4)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        digits=np.array([record.digit for record in drawings], np.uint8).reshape(-1, SIDE, SIDE),
        meant=np.array([-1 if record.label is None else record.label for record in drawings], np.int8),
        networks=np.array(keys, dtype=np.str_),
        answers=np.array(answers, np.float32).reshape(len(drawings), len(keys), DIGITS),
        points=table[:, :2].astype(np.float32),
        stroke=table[:, 2].astype(np.int32),
        drawing=table[:, 3].astype(np.int32),
    )
    return file.getvalue()


def as_unipen(drawings: Sequence[Record], source: str = "a room") -> str:
    """Return the strokes of all drawings on the wall whose label is known, in the UNIPEN format."""
    lines = [".VERSION 1.0", f".DATA_SOURCE {source}", ".COORD X Y", ".HIERARCHY DIGIT"]
    written = 0  # strokes
    for drawing in drawings:
        strokes = [stroke for stroke in drawing.strokes if stroke]
        if drawing.label is None or drawing.status != SHOWN or not strokes:
            continue
        lines.append(f".WRITER_ID {drawing.name.replace(' ', '-')}")
        lines.append(f'.SEGMENT DIGIT {written}-{written + len(strokes) - 1} OK "{drawing.label}"')
        written += len(strokes)
        for stroke in strokes:
            lines += [".PEN_DOWN", *(f"{x:.1f} {CANVAS - y:.1f}" for x, y in stroke), ".PEN_UP"]  # y upwards
    return "\n".join(lines) + "\n"


def as_png(drawings: Sequence[Record], titles: Mapping[str, str]) -> bytes:
    """Return all drawings on the wall in one picture, each with its label and the networks that were right about it."""
    shown = [drawing for drawing in drawings if drawing.status == SHOWN]
    (side, columns), lines = (LARGE, 3) if len(shown) <= MAX_LARGE else (SMALL, 1)
    cells = [Cell(drawing.digit, _caption(drawing, titles)[:lines]) for drawing in shown]
    return contact_sheet(cells, columns, side)


def _caption(drawing: Record, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    predictions = drawing.predictions
    name = (drawing.name[:14], GREY)
    if drawing.label is None:
        return [("meant ?", GREY), name, (" ".join(map(str, predictions.values())), "black")]
    wrong = [f"{titles.get(key, key)} {digit}" for key, digit in predictions.items() if digit != drawing.label]
    score = f"{drawing.label}: {len(predictions) - len(wrong)}/{len(predictions)}"
    return [(score, RED if wrong else GREEN), name, (", ".join(wrong)[:15], RED)]


def _record(row: DrawingRow, name: str, prompt: str) -> Record:
    return Record(
        id=row.id,
        place=row.place,
        name=name,
        round=row.round,
        prompt=prompt,
        label=row.label,
        digit=np.frombuffer(row.digit, np.uint8).reshape(SIDE, SIDE),
        strokes=unpack_strokes(row.strokes),
        recipe=row.recipe,
        outlier=row.outlier,
        status=row.status,
        sent=row.sent,
    )


def _networks(drawings: Sequence[Record], order: Sequence[str]) -> list[str]:
    present = {key: None for drawing in drawings for key in drawing.probabilities}
    return [key for key in order if key in present] + [key for key in present if key not in order]
