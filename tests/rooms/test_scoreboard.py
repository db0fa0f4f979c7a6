"""The scoreboard counts networks, on drawings whose label is known, in rounds that were revealed."""

from __future__ import annotations

import pytest

from rooms import hosting, joining, sending
from rooms.prompts import Prompt
from rooms.scoreboard import Judged, Scoreboard, judge, scoreboard
from tests.rooms.conftest import drawing, hosted, on_both_databases, probabilities, send_many


@on_both_databases
def test_nothing_is_judged_before_the_reveal_nor_without_a_known_digit(database, clock):
    host = hosted(database, Prompt("digit", 7), hide_answers=True)
    member = joining.join(database, host.room_id)
    send_many(database, member, clock, [drawing("a")])
    assert scoreboard(database, host.room_id) == Scoreboard()
    hosting.reveal(database, host, 1)
    assert scoreboard(database, host.room_id).drawings == 1
    hosting.change(database, host, hide_answers=False)
    hosting.next_round(database, host, 1, Prompt("free"))
    send_many(database, member, clock, [drawing("b", round=2)])
    assert scoreboard(database, host.room_id).drawings == 1
    send_many(database, member, clock, [drawing("c", round=2, label=1)])
    assert scoreboard(database, host.room_id).drawings == 2


def test_each_network_has_its_right_of_how_many_by_digit_and_its_confusion(database, clock):
    host = hosted(database, Prompt("free"))
    member = joining.join(database, host.room_id)
    send_many(database, member, clock, [drawing("a", label=7), drawing("b", label=1), drawing("c", label=7)])
    found = scoreboard(database, host.room_id, ("cnn", "mlp", "rnn"))
    cnn, mlp = found.scores
    assert [(score.network, score.correct, score.n) for score in found.scores] == [("cnn", 1, 3), ("mlp", 2, 3)]
    assert mlp.by_digit[7] == (2, 2) and mlp.by_digit[1] == (0, 1) and mlp.by_digit[0] == (0, 0)
    assert mlp.confusion[1][7] == 1 and mlp.confusion[7][7] == 2 and cnn.confusion[7][1] == 2


def test_hidden_removed_and_waiting_drawings_do_not_count(database, clock, host):
    one, other = (joining.join(database, host.room_id) for _ in range(2))
    send_many(database, one, clock, [drawing("a"), drawing("b", outlier=True)])
    send_many(database, other, clock, [drawing("a")])
    assert scoreboard(database, host.room_id).drawings == 2
    hosting.hide(database, host, 1)
    assert scoreboard(database, host.room_id).drawings == 1
    hosting.remove_drawings(database, host, other.participant_id)
    assert scoreboard(database, host.room_id) == Scoreboard()


def given(drawing_id: int, meant: int, **digits: tuple[int, float]) -> list[Judged]:
    return [Judged(drawing_id, meant, network, *answer) for network, answer in digits.items()]


ANSWERS = [
    *given(1, 7, mlp=(7, 0.99), cnn=(7, 0.95), rnn=(7, 0.92)),
    *given(2, 7, mlp=(1, 0.60), cnn=(2, 0.50), rnn=(7, 0.40)),  # three opinions
    *given(3, 7, mlp=(1, 0.98), cnn=(1, 0.91), rnn=(1, 0.90)),  # all are fooled
    *given(4, 7, mlp=(2, 0.70), cnn=(1, 0.50), rnn=(1, 0.50)),  # all are fooled, but less sure
]


def test_the_drawings_that_stand_out_are_named():
    found = judge(ANSWERS)
    assert (found.disputed, found.fooled_all, found.fooled) == (2, 3, 2)
    assert found.surest_wrong == Judged(3, 7, "mlp", 1, 0.98)


def test_without_dispute_and_fooling_none_is_named():
    found = judge(ANSWERS[:3])
    assert (found.disputed, found.fooled_all, found.fooled, found.surest_wrong) == (None, None, 0, None)
    assert judge([]) == Scoreboard()


def test_calibration_counts_the_answers_of_each_range_of_confidence():
    bins = {(low.low, low.high): (low.n, low.correct) for low in judge(ANSWERS).calibration}
    assert bins == {
        (0.0, 0.5): (1, 1),
        (0.5, 0.7): (4, 0),
        (0.7, 0.9): (1, 0),
        (0.9, 0.99): (5, 2),
        (0.99, 1.0): (1, 1),
    }
    assert sum(part.n for part in judge(ANSWERS).calibration) == len(ANSWERS)
    assert judge(given(1, 7, mlp=(7, 1.0))).calibration[0].confidence == pytest.approx(1)


def test_an_answer_is_the_most_probable_digit_with_its_probability(database, host):
    sending.send(
        database, joining.join(database, host.room_id), drawing(probabilities={"mlp": probabilities(4, 0.625)})
    )
    wrong = scoreboard(database, host.room_id).surest_wrong
    assert wrong is not None and (wrong.digit, wrong.confidence) == (4, pytest.approx(0.625))
