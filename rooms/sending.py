"""Sending: a drawing from a phone is stored once, within the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from language import _, number
from rooms import identity, schema
from rooms.database import Database
from rooms.joining import Membership, locked_room
from rooms.limits import Forbidden, RateLimited, Refused
from rooms.prompts import DIGITS, FOOL, TURN, Prompt
from rooms.schema import SHOWN, WAITING, DrawingRow, Participant, PredictionRow, Room, Round

DIGIT_BYTES = 28 * 28
MAX_ID_LENGTH, MAX_NAME_LENGTH = 64, 40  # letters, as wide as the columns


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawing on its way to a room.

    client_id: made on the phone; a drawing with an id that the participant has sent before is the same drawing.
    round: the round that the phone showed. label: the digit that was meant, where the phone knows it.
    digit: 784 bytes, the networks' input. strokes: in pixels of the canvas, none for a photo.
    probabilities: ten for each network, trained by this recipe. outlier: the detector takes it for no digit.
    """

    client_id: str
    round: int
    label: int | None
    digit: bytes
    strokes: Sequence[schema.Stroke]
    probabilities: Mapping[str, Sequence[float]]
    recipe: str
    outlier: bool = False


@dataclass(frozen=True)
class Receipt:
    """The room's answer to a drawing.

    status: SHOWN or WAITING, or what the host made of it since. again: it had been stored before.
    drawings: how many the participant has sent, this one included.
    """

    status: str
    again: bool
    drawings: int


def send(database: Database, member: Membership, drawing: Drawing) -> Receipt:
    """Store a drawing, once, however often it is sent.

    Raises RateLimited or Refused, and stores nothing, where a limit or a setting of the room is against it.
    """
    strokes = _packed_strokes(database, drawing)
    with database.writing() as session:
        room = locked_room(database, session, member.room_id)
        participant = session.scalar(
            select(Participant).where(
                Participant.token_hash == identity.hashed(member.token), Participant.room_id == room.id
            )
        )
        if participant is None:
            raise Forbidden(_("This phone is not in this room; scan the code on the wall again."))
        status = session.scalar(
            select(DrawingRow.status).where(
                DrawingRow.participant_id == participant.id, DrawingRow.client_id == drawing.client_id
            )
        )
        if status is not None:
            return Receipt(status, True, participant.drawings)
        now = database.clock(session)
        _check_limits(database, room, participant, len(strokes), now)
        participant.drawings += 1
        participant.last_sent = now
        room.drawings += 1
        room.version += 1
        room.stroke_bytes += len(strokes)
        round_drawn = session.get(Round, (room.id, drawing.round))
        odd = drawing.outlier and not (round_drawn and round_drawn.kind == FOOL)  # which asks for odd ones
        status = WAITING if room.approve_all or (room.approve_outliers and odd) else SHOWN
        row = DrawingRow(
            room_id=room.id,
            participant_id=participant.id,
            client_id=drawing.client_id,
            place=room.drawings,
            round=round_drawn.number if round_drawn else room.round,
            label=_label(round_drawn, drawing.label),
            digit=drawing.digit,
            strokes=strokes,
            recipe=drawing.recipe,
            outlier=drawing.outlier,
            status=status,
            sent=now,
        )
        session.add(row)
        session.flush()
        session.add_all(_prediction(row.id, *pair) for pair in drawing.probabilities.items())
        return Receipt(status, False, participant.drawings)


def _packed_strokes(database: Database, drawing: Drawing) -> bytes:
    """Return the strokes to store; raises Refused for a drawing that a page would never send."""
    networks = drawing.probabilities
    valid = (
        0 < len(drawing.client_id) <= MAX_ID_LENGTH
        and len(drawing.digit) == DIGIT_BYTES
        and len(networks) <= database.limits.most_networks
        and len(drawing.recipe) <= MAX_NAME_LENGTH
        and all(len(network) <= MAX_NAME_LENGTH and "\0" not in network for network in networks)
        and all(len(ten) == DIGITS and all(0 <= value <= 1.0001 for value in ten) for ten in networks.values())
        and drawing.label in (None, *range(DIGITS))
        and 0 < drawing.round < 2**31
        and "\0" not in drawing.client_id + drawing.recipe
    )
    if not valid:
        raise Refused(_("The drawing could not be read; clear the canvas and draw it again."))
    return schema.pack_strokes(drawing.strokes, database.limits)


def _check_limits(database: Database, room: Room, participant: Participant, stroke_bytes: int, now: float) -> None:
    limits = database.limits
    if room.ended:
        raise Refused(_("This room has ended; it takes no more drawings."))
    if room.paused:
        raise Refused(_("The host has paused the room; send it when it goes on."))
    if 0 <= now - participant.last_sent < limits.seconds_between:  # a clock that was set back locks nobody out
        words = _("One drawing in {seconds} s; send it again in a moment.")
        raise RateLimited(words.format(seconds=f"{limits.seconds_between:g}"))
    if participant.drawings >= limits.drawings_each:
        words = _("You have sent {n} drawings, the most for one participant of a room.")
        raise Refused(words.format(n=number(limits.drawings_each)))
    if room.drawings >= limits.most_drawings or room.stroke_bytes + stroke_bytes > limits.most_bytes:
        raise Refused(_("This room's wall is full; the host can open another room."))


def _label(round_drawn: Round | None, label: int | None) -> int | None:
    """Return the digit that the round asked everybody for, otherwise the one that the phone says."""
    if round_drawn is None:
        return label
    prompt = Prompt(round_drawn.kind, round_drawn.digit)
    return label if prompt.kind == TURN or prompt.digit is None else prompt.digit


def _prediction(drawing_id: int, network: str, probabilities: Sequence[float]) -> PredictionRow:
    values = [float(value) for value in probabilities]
    digit = max(range(DIGITS), key=values.__getitem__)
    text = " ".join(f"{value:.6g}" for value in values)
    return PredictionRow(
        drawing_id=drawing_id, network=network, digit=digit, confidence=values[digit], probabilities=text
    )
