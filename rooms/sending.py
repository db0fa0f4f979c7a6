"""A drawing that a phone sends to its room is stored once, within the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from rooms import identity, schema
from rooms.database import Database
from rooms.joining import Membership, locked_room
from rooms.limits import Forbidden, RateLimited, Refused
from rooms.prompts import DIGITS, TURN, Prompt
from rooms.schema import SHOWN, WAITING, Answer, DrawingRow, Participant, Room, Round
from rooms.wall import Tile

DIGIT_BYTES = 28 * 28
LONGEST_ID, LONGEST_WORD = 64, 40  # letters


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is sent.

    client_id: made where it was drawn; the same id is the same drawing. round: the number of the round that was on the
    phone; meant: the digit that was meant, where the phone knows it.
    digit: 784 bytes, as the networks got it; strokes: in pixels of the canvas, none for a photo.
    answers: for each network ten probabilities, trained by this recipe. outlier: it may be no digit.
    """

    client_id: str
    round: int
    meant: int | None
    digit: bytes
    strokes: Sequence[schema.Stroke]
    answers: Mapping[str, Sequence[float]]
    recipe: str
    outlier: bool = False


@dataclass(frozen=True)
class Receipt:
    """What became of a drawing. again: it had come before. status: SHOWN or WAITING, or what the host made of it.

    drawings: how many the participant has sent with it. tile: it, as the participant may see it, where it is new.
    """

    status: str
    again: bool
    drawings: int
    tile: Tile | None = None


def send(database: Database, member: Membership, drawing: Drawing) -> Receipt:
    """Stores a drawing, once, however often it is sent.

    Raises TooFast or Refused, and stores nothing, where a limit or the host stands against it.
    """
    packed = _checked(database, drawing)
    with database.writing() as session:
        room = locked_room(database, session, member.room_id)
        participant = session.scalar(
            select(Participant).where(
                Participant.token_hash == identity.hashed(member.token), Participant.room_id == room.id
            )
        )
        if participant is None:
            raise Forbidden("This phone is not in this room; scan the code on the wall again.")
        before = session.scalar(
            select(DrawingRow.status).where(
                DrawingRow.participant_id == participant.id, DrawingRow.client_id == drawing.client_id
            )
        )
        if before is not None:
            return Receipt(before, True, participant.drawings)
        now = database.clock(session)
        _allowed(database, room, participant, len(packed), now)
        status = WAITING if room.approve_all or (room.approve_outliers and drawing.outlier) else SHOWN
        participant.drawings += 1
        participant.last_sent = now
        room.drawings += 1
        room.version += 1
        room.stroke_bytes += len(packed)
        asked = session.get(Round, (room.id, drawing.round))
        placed = asked or session.get_one(Round, (room.id, room.round))
        sent = DrawingRow(
            room_id=room.id,
            participant_id=participant.id,
            client_id=drawing.client_id,
            place=room.drawings,
            round=placed.number,
            meant=_meant(asked, drawing.meant),
            digit=drawing.digit,
            strokes=packed,
            recipe=drawing.recipe,
            outlier=drawing.outlier,
            status=status,
            sent=now,
        )
        session.add(sent)
        session.flush()
        answers = [_answer(sent.id, *given) for given in drawing.answers.items()]
        session.add_all(answers)
        return Receipt(status, False, participant.drawings, _tile(sent, participant, placed, answers))


def _tile(sent: DrawingRow, participant: Participant, asked: Round, answers: list[Answer]) -> Tile:
    return Tile(
        id=sent.id,
        place=sent.place,
        participant_id=participant.id,
        name=participant.name,
        colour=participant.colour,
        round=asked.number,
        meant=sent.meant,
        digit=sent.digit,
        outlier=sent.outlier,
        status=sent.status,
        revealed=asked.revealed,
        answers={answer.network: answer.digit for answer in answers} if asked.revealed else {},
    )


def _allowed(database: Database, room: Room, participant: Participant, size: int, now: float) -> None:
    limits = database.limits
    if room.ended:
        raise Refused("This room has ended; it takes no more drawings.")
    if room.paused:
        raise Refused("The host has paused the room; send it when it goes on.")
    if 0 <= now - participant.last_sent < limits.seconds_between:  # a clock that was set back locks nobody out
        raise RateLimited(f"One drawing in {limits.seconds_between:g} s; send it again in a moment.")
    if participant.drawings >= limits.drawings_each:
        raise Refused(f"You have sent {limits.drawings_each} drawings, as many as one may in a room.")
    if room.drawings >= limits.most_drawings or room.stroke_bytes + size > limits.most_bytes:
        raise Refused("This room's wall is full; the host can open another room.")


def _checked(database: Database, drawing: Drawing) -> bytes:
    """The strokes to store; raises Refused for what a page would never send."""
    answers = drawing.answers.items()
    sound = (
        0 < len(drawing.client_id) <= LONGEST_ID
        and len(drawing.digit) == DIGIT_BYTES
        and len(drawing.answers) <= database.limits.most_networks
        and len(drawing.recipe) <= LONGEST_WORD
        and all(len(network) <= LONGEST_WORD and "\0" not in network for network, _ in answers)
        and all(len(shares) == DIGITS and all(0 <= share <= 1.0001 for share in shares) for _, shares in answers)
        and drawing.meant in (None, *range(DIGITS))
        and 0 < drawing.round < 2**31
        and "\0" not in drawing.client_id + drawing.recipe
    )
    if not sound:
        raise Refused("The drawing could not be read; clear the canvas and draw it again.")
    return schema.packed(drawing.strokes, database.limits)


def _meant(asked: Round | None, meant: int | None) -> int | None:
    """The digit that everybody was asked for, or else what the phone says."""
    if asked is None:
        return meant
    prompt = Prompt(asked.kind, asked.digit)
    return meant if prompt.kind == TURN or prompt.digit is None else prompt.digit


def _answer(drawing_id: int, network: str, shares: Sequence[float]) -> Answer:
    values = [float(share) for share in shares]
    digit = max(range(DIGITS), key=values.__getitem__)
    text = " ".join(f"{value:.6g}" for value in values)
    return Answer(drawing_id=drawing_id, network=network, digit=digit, confidence=values[digit], probabilities=text)
