"""What a host takes home: CSV, one picture, NPZ, and UNIPEN text that training.data.pen_digits reads.

The room's answers are in it whether they were revealed or not; drawings that were removed are in none of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from rooms import identity, schema
from rooms.database import Database
from rooms.hosting import Hosted
from rooms.limits import Forbidden
from rooms.prompts import DIGITS
from rooms.schema import REMOVED, SHOWN, Answer, DrawingRow, Participant, Room, Round

SIDE = 28
CANVAS = 280  # pixels on each side of the canvas that strokes are in
FEW = 600  # drawings whose tiles in the picture are large
LARGE, SMALL = (84, 20), (42, 40)  # of the picture: pixels on each side of a drawing, and drawings in a row
LINE = 15  # pixels for a line of text
GREEN, RED, GREY = "#1f7a3d", "#b3261e", "#666666"


@dataclass(frozen=True, eq=False)
class Record:
    """One drawing with everything that is known of it. answers: ten probabilities for each network."""

    id: int
    place: int
    name: str
    round: int
    prompt: str
    meant: int | None
    digit: bytes
    strokes: list[list[tuple[float, float]]]
    recipe: str
    outlier: bool
    status: str
    sent: float
    answers: dict[str, list[float]] = field(default_factory=dict)


def records(database: Database, hosted: Hosted) -> list[Record]:
    """All drawings of a room that were not removed, as they came; raises Forbidden for all but its host."""
    with database.reading() as session:
        room = session.get(Room, hosted.room_id)
        if room is None or not identity.is_token(hosted.token, room.host_hash):
            raise Forbidden("This link does not host this room.")
        rows = session.execute(
            select(DrawingRow, Participant.name, Round.kind)
            .join(Participant, Participant.id == DrawingRow.participant_id)
            .join(Round, (Round.room_id == DrawingRow.room_id) & (Round.number == DrawingRow.round))
            .where(DrawingRow.room_id == room.id, DrawingRow.status != REMOVED)
            .order_by(DrawingRow.place)
        ).all()
        found = {sent.id: _record(sent, name, kind) for sent, name, kind in rows}
        answers = select(Answer.drawing_id, Answer.network, Answer.probabilities).join(
            DrawingRow, DrawingRow.id == Answer.drawing_id
        )
        for drawing_id, network, text in session.execute(answers.where(DrawingRow.room_id == room.id)):
            if drawing_id in found:
                found[drawing_id].answers[network] = [float(share) for share in text.split()]
        return list(found.values())


def as_csv(drawings: Sequence[Record], networks: Sequence[str] = ()) -> str:
    """A line for each drawing: who, what was asked and meant, each network's answer and its ten probabilities."""
    keys = _networks(drawings, networks)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    columns = ("answer", *(f"p{digit}" for digit in range(DIGITS)))
    head = ["drawing", "participant", "round", "prompt", "meant", "recipe", "may_be_no_digit", "status", "sent"]
    writer.writerow([*head, *(f"{key}_{column}" for key in keys for column in columns)])
    for drawing in drawings:
        row: list[object] = [drawing.place, drawing.name, drawing.round, drawing.prompt]
        row += ["" if drawing.meant is None else drawing.meant, drawing.recipe, "yes" if drawing.outlier else "no"]
        row += [drawing.status, f"{drawing.sent:.3f}"]
        for key in keys:
            shares = drawing.answers.get(key)
            row += [""] * len(columns) if shares is None else [_best(shares), *shares]
        writer.writerow(row)
    return file.getvalue()


def as_npz(drawings: Sequence[Record], networks: Sequence[str] = ()) -> bytes:
    """Arrays that numpy.load opens, without Python objects in them.

    digits uint8 (n, 28, 28); meant int8 (n,), -1 where it is not known; networks (k,) and answers float32 (n, k, 10),
    NaN where a network was not asked; points float32 (p, 2) in pixels of the canvas, with stroke int32 (p,) and
    drawing int32 (p,), which count from 0: where each point belongs.
    """
    keys = _networks(drawings, networks)
    answers = np.full((len(drawings), len(keys), DIGITS), np.nan, np.float32)
    points: list[tuple[float, float]] = []
    stroke: list[int] = []
    drawing: list[int] = []
    for row, record in enumerate(drawings):
        for column, key in enumerate(keys):
            if key in record.answers:
                answers[row, column] = record.answers[key]
        for number, line in enumerate(record.strokes):
            points += line
            stroke += [number] * len(line)
            drawing += [row] * len(line)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        digits=np.frombuffer(b"".join(record.digit for record in drawings), np.uint8).reshape(-1, SIDE, SIDE),
        meant=np.array([-1 if record.meant is None else record.meant for record in drawings], np.int8),
        networks=np.array(keys, dtype=np.str_),
        answers=answers,
        points=np.array(points, np.float32).reshape(-1, 2),
        stroke=np.array(stroke, np.int32),
        drawing=np.array(drawing, np.int32),
    )
    return file.getvalue()


def as_unipen(drawings: Sequence[Record], source: str = "a room") -> str:
    """The strokes of all drawings on the wall whose digit is known, in the UNIPEN format."""
    lines = [".VERSION 1.0", f".DATA_SOURCE {source}", ".COORD X Y", ".HIERARCHY DIGIT"]
    written = 0  # strokes
    for drawing in drawings:
        pens = [line for line in drawing.strokes if line]
        if drawing.meant is None or drawing.status != SHOWN or not pens:
            continue
        lines.append(f".WRITER_ID {drawing.name.replace(' ', '-')}")
        lines.append(f'.SEGMENT DIGIT {written}-{written + len(pens) - 1} OK "{drawing.meant}"')
        written += len(pens)
        for line in pens:
            lines += [".PEN_DOWN", *(f"{x:.1f} {CANVAS - y:.1f}" for x, y in line), ".PEN_UP"]  # y upwards
    return "\n".join(lines) + "\n"


def as_png(drawings: Sequence[Record], titles: Mapping[str, str]) -> bytes:
    """All drawings on the wall in one picture, with what was meant and how many networks got it."""
    shown = [drawing for drawing in drawings if drawing.status == SHOWN]
    side, columns = LARGE if len(shown) <= FEW else SMALL
    lines = 3 if len(shown) <= FEW else 1
    width, height = side + 8, side + 8 + LINE * lines
    sheet = Image.new("RGB", (columns * width, max(1, -(-len(shown) // columns)) * height), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for number, drawing in enumerate(shown):
        left, top = number % columns * width + 4, number // columns * height + 4
        picture = Image.frombytes("L", (SIDE, SIDE), drawing.digit)
        sheet.paste(picture.resize((side, side), Image.Resampling.BOX), (left, top))
        for line, (text, colour) in enumerate(_captions(drawing, titles)[:lines]):
            pen.text((left, top + side + line * LINE), text, colour, font)
    file = io.BytesIO()
    sheet.save(file, "PNG", optimize=len(shown) <= FEW)
    return file.getvalue()


def _captions(drawing: Record, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    digits = {key: _best(shares) for key, shares in drawing.answers.items()}
    if drawing.meant is None:
        return [("meant ?", GREY), (drawing.name[:14], GREY), (" ".join(map(str, digits.values())), "black")]
    wrong = [f"{titles.get(key, key)} {digit}" for key, digit in digits.items() if digit != drawing.meant]
    score = f"{drawing.meant}: {len(digits) - len(wrong)}/{len(digits)}"
    return [(score, RED if wrong else GREEN), (drawing.name[:14], GREY), (", ".join(wrong)[:15], RED)]


def _record(sent: DrawingRow, name: str, kind: str) -> Record:
    return Record(
        id=sent.id,
        place=sent.place,
        name=name,
        round=sent.round,
        prompt=kind,
        meant=sent.meant,
        digit=sent.digit,
        strokes=schema.unpacked(sent.strokes),
        recipe=sent.recipe,
        outlier=sent.outlier,
        status=sent.status,
        sent=sent.sent,
    )


def _networks(drawings: Sequence[Record], order: Sequence[str]) -> list[str]:
    present = {key: None for drawing in drawings for key in drawing.answers}
    return [key for key in order if key in present] + [key for key in present if key not in order]


def _best(shares: Sequence[float]) -> int:
    return max(range(DIGITS), key=shares.__getitem__)
