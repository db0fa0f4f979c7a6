"""The room's own network: trained on its drawings while the wall shows how; then it reads what its phones send.

The training runs in a process of its own, as on the page Learn, followed by a thread of this server, so that it goes on
when the host's page is closed. What comes of it is in the room's database, for all copies of the page.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digits import SIDE
from digits.labelled import Digits
from language import _
from learning.job import EXPORTED_FILE, Command, Job, Progress, State
from learning.training import Training, TrainingError, trained_classifier
from models import NETWORKS
from recognition import ensemble
from recognition.ensemble import Selection
from recognition.exported_model import ExportedModel
from recognition.prediction import Prediction
from recognition.store import default_recipe, read_card
from ui.room import changes, store
from ui.room.changes import Right
from ui.room.visit import Participation
from ui.shared import images

if TYPE_CHECKING:
    from recognition.classifier import Classifier
    from rooms.database import Database
    from rooms.hosting import Hosted
    from rooms.state import RoomState
    from rooms.teaching import TaughtNetwork, Teaching
    from rooms.wall import Tile

NETWORK = "cnn"  # reads best after a short training on few drawings, see training/LOG.md
SECONDS = 20.0  # of learning
KEY = f"our_{NETWORK}"  # in the place of a network's key, wherever the room's own stands beside the page's
PARTICIPANT_EVERY = 4  # all drawings of one of so many participants are held out
MAX_HELD_OUT = 30  # drawings, as many as a training reports on
REPORT_SECONDS = 1.0
FILE = f"{changes.PATH}/network/{{number}}.tflite"  # with the number of the training that it came of
MAX_TRIES = 60  # to store a network while the database is away
MAX_CLASSIFIERS = 20  # kept by this server, about a megabyte each

log = logging.getLogger(__name__)

_classifiers: dict[tuple[int, int], Classifier] = {}  # by room and training, the longest unused first


def split(tiles: Sequence[Tile]) -> tuple[list[Tile], list[Tile]]:
    """Return the drawings to learn from, and those to hold out: all of one participant in PARTICIPANT_EVERY."""
    labelled = [tile for tile in tiles if tile.label is not None]
    participants = sorted({tile.participant_id for tile in labelled})
    kept = set(participants[PARTICIPANT_EVERY - 1 :: PARTICIPANT_EVERY] or participants[1:2])
    return (
        [tile for tile in labelled if tile.participant_id not in kept],
        [tile for tile in labelled if tile.participant_id in kept],
    )


def digits_of(tiles: Sequence[Tile]) -> Digits:
    """Return labelled drawings as digits."""
    pixels = np.array([np.frombuffer(tile.digit, np.uint8) for tile in tiles], np.uint8).reshape(-1, SIDE, SIDE)
    return Digits(pixels, np.array([tile.label for tile in tiles], np.int64))


def begin(database: Database, hosted: Hosted) -> None:
    """Begin to train the room's network, and show it on all walls.

    Raises rooms.limits.Refused where the drawings are too few, or a training runs already.
    """
    from rooms import teaching, wall
    from rooms.limits import Refused

    learned, held_out = split(wall.tiles(database, hosted.room_id, newest=None))
    held_out = held_out[:MAX_HELD_OUT]
    if not held_out or len({tile.label for tile in learned}) < 2:
        raise Refused(_("A network needs drawings by two people at least, of two digits, all with their label."))
    recipe = default_recipe()
    selection = Selection(recipe, (NETWORK,))
    shipped = ensemble.predict_all(selection, list(digits_of(held_out).digits)).by_digit
    begun = teaching.Teaching(
        network=NETWORK,
        learned=len(learned),
        people=len({tile.participant_id for tile in learned}),
        held_out=[tile.id for tile in held_out],
        before=sum(prediction.digit == tile.label for (prediction,), tile in zip(shipped, held_out, strict=True)),
        before_learned=read_card(NETWORK, recipe).training["digits"]["train"],
    )
    number = teaching.begin(database, hosted, begun)
    try:
        training = Training(Job(NETWORK, seconds=SECONDS), digits_of(learned), digits_of(held_out))
    except TrainingError as error:
        failed = replace(begun, state=State.FAILED, message=str(error))
        teaching.finish(database, hosted.room_id, number, failed, None)
        return
    arguments = (database, hosted.room_id, number, begun, training)
    threading.Thread(target=_follow, args=arguments, name="a room's training", daemon=True).start()


def predict(state: RoomState, digit: np.ndarray, calibrated: bool = True) -> Prediction | None:
    """Return the prediction of the room's network for a digit, uint8 (28, 28); None where it has none, or is away."""
    from rooms.limits import RoomError

    if not state.network:
        return None
    key = (state.id, state.network)
    try:
        found = _classifiers.pop(key, None) or _load(store.database(), state.id)
    except (RoomError, OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        log.warning("the network of a room cannot be read: %s", error)
        return None
    if found is None:
        return None
    _classifiers[key] = found
    while len(_classifiers) > MAX_CLASSIFIERS:
        _classifiers.pop(next(iter(_classifiers)), None)
    return found.predict_one(digit, calibrated)


def address(part: Participation) -> str:
    """Return where a participant's browser gets the network's LiteRT file, relative to the page's base; "" for none."""
    if part.state is None or not part.state.network:
        return ""
    return FILE.format(key=part.poll_key, number=part.state.network)


async def answer_file(request: Request) -> Response:
    """Answer the LiteRT file of the room's network; 404 for the number of another one."""

    def respond(right: Right) -> Response:
        from rooms import teaching

        found = teaching.taught_network(store.database(), right.room_id)
        if found is None or str(found.number) != request.path_params["number"]:
            return JSONResponse({"error": "The room has no such network."}, 404)
        kept = {"cache-control": "private, max-age=3600"}
        return Response(found.exported, headers=kept, media_type="application/octet-stream")

    return await changes.answered(request, respond)


def title(network: str) -> str:
    """Return the title of a network in a room, by its key; the key of one that is no longer known."""
    if network == KEY:
        return _("Our {network}").format(network=NETWORKS[NETWORK].title)
    return NETWORKS[network].title if network in NETWORKS else network


def colour(network: str) -> str:
    """Return the colour of a network in a room."""
    return images.YOURS_COLOUR if network == KEY else images.colour(network)


def _load(database: Database, room_id: int) -> Classifier | None:
    from rooms import teaching

    if (found := teaching.taught_network(database, room_id)) is None:
        return None
    fields = json.loads(found.description)
    exported = ExportedModel.from_json(fields["exported"])
    progress = Progress(State.DONE, exported=exported, parameters=fields["parameters"])
    return trained_classifier(found.network, progress, found.exported)


def _follow(database: Database, room_id: int, number: int, begun: Teaching, training: Training) -> None:
    """Report a training to the room until it ends, and store its network; it ends with its room."""
    from rooms import teaching
    from rooms.limits import RoomError, Unavailable

    try:
        network, tries = None, 0
        while tries < MAX_TRIES:
            progress = training.poll()
            if progress.state == State.DONE and network is None:
                network = _network_of(training)
            now = _taught_so_far(begun, training.progress)
            try:
                if training.ended:
                    teaching.finish(database, room_id, number, now, network)
                    return
                if teaching.report(database, room_id, number, now):
                    training.command(Command.STOP)
            except Unavailable:
                tries += 1
            time.sleep(REPORT_SECONDS)
    except RoomError:  # the room is gone, has ended, or trains anew
        return
    finally:
        training.close()


def _network_of(training: Training) -> TaughtNetwork | None:
    """Return the network of a training that is done; None, and the training has failed, where it cannot be read."""
    from rooms.teaching import TaughtNetwork

    progress = training.progress
    try:
        assert progress.exported is not None
        description = json.dumps({"exported": asdict(progress.exported), "parameters": progress.parameters})
        return TaughtNetwork(training.job.network, (training.folder / EXPORTED_FILE).read_bytes(), description)
    except OSError as error:
        training.fail(_("The trained network cannot be read: {error}.").format(error=type(error).__name__))
        return None


def _taught_so_far(begun: Teaching, progress: Progress) -> Teaching:
    """Return how the training goes, for the walls."""
    snapshot = progress.snapshot
    newest = [] if snapshot is None else snapshot.predictions[-1][progress.taught :].tolist()
    return replace(
        begun,
        state=progress.state.value,
        message=progress.message if progress.state == State.FAILED else "",
        ahead=progress.ahead,
        seconds_left=progress.seconds_left,
        predictions=newest[: len(begun.held_out)],
    )
