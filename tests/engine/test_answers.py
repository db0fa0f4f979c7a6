"""The answers as browsers draw them: the verdict in words, percentages, and whose reading is shown."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path

import pytest

from ui.shared.percent import percent

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")

INVITATION = "Draw a digit from 0 to 9"
TEN = list("ABCDEFGHIJ")
FOUR = ["MLP", "CNN", "RNN", "ResNet"]
INK, OTHER = 111, 222  # checksums of two drawings
THRESHOLD = 0.5  # of the outlier detector


@pytest.fixture(scope="module")
def call():
    """Calls a function of browser/answers/ by its name; one Node.js for all tests."""
    command = ["node", Path(__file__).with_name("call.mjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", bufsize=1) as node:

        def ask(name: str, *arguments: object) -> object:
            node.stdin.write(json.dumps([name, *arguments]) + "\n")
            return json.loads(node.stdout.readline())

        yield ask


@pytest.fixture
def choose(call):
    """A state: the visitor draws on, after the record has come."""

    def shown(recorded: dict | None, read: dict | None, **changes: object) -> dict:
        state = {"record": recorded, "recorded": 10, "reading": read, "acted": 20, "cleared": False, "down": True}
        return call("choose", state | {"pending": "", "demonstration": None, "grabbed": None} | changes, THRESHOLD)

    return shown


def probabilities(digit: int) -> list[float]:
    return [0.91 if digit == each else 0.01 for each in range(10)]


def digit_of(probable: dict[str, int], outlier: bool = False) -> dict:
    """A digit as networks read it."""
    read = {key: probabilities(digit) for key, digit in probable.items()}
    return {"pixels": [0] * 784, "outlier": outlier, "probabilities": read}


# ------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("titles", "digits", "expected"),
    [
        (FOUR, "7777", "All four say 7"),
        (FOUR, "0000", "All four say 0"),
        (FOUR, "7717", "Three say 7, the RNN says 1"),
        (FOUR, "1777", "Three say 7, the MLP says 1"),
        (FOUR, "7711", "The MLP and the CNN say 7, the RNN and the ResNet say 1"),
        (FOUR, "1717", "The MLP and the RNN say 1, the CNN and the ResNet say 7"),
        (FOUR, "7719", "Two say 7, the RNN says 1, the ResNet says 9"),
        (FOUR, "1797", "Two say 7, the MLP says 1, the RNN says 9"),
        (FOUR, "4971", "No two agree: the MLP says 4, the CNN says 9, the RNN says 7 and the ResNet says 1"),
        (["CNN"], "3", "The CNN says 3"),
        (["MLP", "CNN"], "33", "Both say 3"),
        (["MLP", "CNN"], "35", "No two agree: the MLP says 3 and the CNN says 5"),
        (["MLP", "CNN", "RNN"], "333", "All three say 3"),
        (["MLP", "CNN", "RNN"], "338", "Two say 3, the RNN says 8"),
        (TEN, "6666666666", "All ten say 6"),
        (TEN, "6606666606", "Eight say 6, the C and the I say 0"),
        (TEN, "0101010101", "The A, the C, the E, the G and the I say 0, the B, the D, the F, the H and the J say 1"),
    ],
)
def test_the_headline_states_how_far_the_networks_agree(call, titles, digits, expected):
    answers = [{"title": title, "answer": digit} for title, digit in zip(titles, digits, strict=True)]
    assert call("headline", answers) == expected


@pytest.mark.parametrize(
    ("digits", "failures", "expected"),
    [
        ([{"mlp": 7, "cnn": 7}], {}, "Both say 7"),
        ([{"mlp": 4, "cnn": 4}, {"mlp": 2, "cnn": 2}], {}, "Both read 42"),
        ([{"mlp": 4, "cnn": 4}, {"mlp": 2, "cnn": 3}], {}, "No two agree: the MLP reads 42 and the CNN reads 43"),
        ([{"cnn": 7}], {"mlp": "damaged"}, "The CNN says 7"),
        ([{}], {"mlp": "damaged", "cnn": "damaged"}, "No network can answer"),
        ([{"mlp": 7, "cnn": 7, "yours": 7}], {}, "Both say 7"),
        ([{"mlp": 7, "cnn": 7, "yours": 1}], {}, "Both say 7; yours says 1"),
    ],
)
def test_the_verdict_is_about_the_networks_that_answer(call, digits, failures, expected):
    view = {"networks": [{"key": key, "title": key.upper()} for key in ("mlp", "cnn", "yours")]}
    shown = {"message": "", "digits": list(map(digit_of, digits)), "place": 0, "failures": failures}
    assert call("verdict", shown, view) == expected
    assert call("verdict", shown | {"message": "Expected a photo"}, view) == "Expected a photo"


def test_the_verdict_doubts_one_digit_and_not_a_number(call):
    view = {"networks": [{"key": "mlp", "title": "MLP"}]}
    doubtful, sure = digit_of({"mlp": 7}, outlier=True), digit_of({"mlp": 1})
    shown = {"message": "", "place": 0, "failures": {}}
    assert call("verdict", shown | {"digits": [doubtful]}, view) == "Not a digit?"
    assert call("verdict", shown | {"digits": [doubtful, sure]}, view) == "The MLP reads 71"


@pytest.mark.parametrize(
    ("digits", "meant", "expected"),
    [
        ("7777", "1", "All four are wrong: it is a 1"),
        ("7117", "7", "The CNN and the RNN are wrong: it is a 7"),
        ("7717", "7", "The RNN is wrong: it is a 7"),
        ("7717", "1", "Only the RNN is right: it is a 1"),
        ("3333", "8", "All four are wrong: it is an 8"),
        ("7777", "7", "All four say 7"),
    ],
)
def test_where_the_visitor_says_what_was_meant_the_verdict_says_who_is_wrong(call, digits, meant, expected):
    view = {"networks": [{"key": title, "title": title} for title in FOUR]}
    read = digit_of({title: int(digit) for title, digit in zip(FOUR, digits, strict=True)}, outlier=True)
    shown = {"kind": "answered", "message": "", "digits": [read], "place": 0, "failures": {}}
    assert call("verdict", shown, view, [int(meant)]) == expected
    judged = [call("judged", shown, view, title, [int(meant)]) for title in FOUR]
    assert judged == ["" if digit == meant else "wrong" for digit in digits]


@pytest.mark.parametrize(
    ("digits", "expected"),
    [("7717", ["", "", "differs", ""]), ("7711", [""] * 4), ("7719", [""] * 4), ("7777", [""] * 4)],
)
def test_a_network_differs_where_more_than_half_agree_on_something_else(call, digits, expected):
    view = {"networks": [{"key": title, "title": title} for title in FOUR]}
    shown = {"kind": "answered", "place": 0}
    read = digit_of({title: int(digit) for title, digit in zip(FOUR, digits, strict=True)})
    assert [call("judged", shown | {"digits": [read]}, view, title, []) for title in FOUR] == expected
    assert call("judged", shown | {"digits": [read | {"outlier": True}]}, view, "RNN", []) == "", "they only guess"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([4, 2], "The RNN is wrong: it is 42"),
        ([None, 2], "Three read 42, the RNN reads 47"),
        ([4, None], "Three read 42, the RNN reads 47"),
    ],
)
def test_of_a_number_the_verdict_waits_until_all_digits_are_named(call, labels, expected):
    view = {"networks": [{"key": title, "title": title} for title in FOUR]}
    digits = [digit_of(dict.fromkeys(FOUR, 4)), digit_of(dict.fromkeys(FOUR, 2) | {"RNN": 7})]
    shown = {"kind": "answered", "message": "", "digits": digits, "place": 0, "failures": {}}
    assert call("verdict", shown, view, labels) == expected
    wrong = call("judged", shown, view, "RNN", labels)
    assert wrong == ("wrong" if labels[1] == 2 else "")
    assert call("majority", digits, FOUR) == [4, 2]


@pytest.mark.parametrize(
    "probability", [0, 0.0625, 0.3125, 0.9375, 0.0004999, 0.0005, 1 / 3, 0.9994999, 0.9995, math.nextafter(1, 0), 1]
)
def test_a_percentage_is_written_as_the_page_writes_it_elsewhere(call, probability):
    assert call("percent", probability) == percent(probability)


# ------------------------------------------------------------------------------------------------- whose reading

SERVERS, BROWSERS = digit_of({"mlp": 7}), digit_of({"mlp": 1})


def record(**changes: object) -> dict:
    """The server's record of a drawing; 7 where it was read."""
    sent = {"id": "1", "ink": INK, "foreign": False, "message": "", "hidden": False, "digits": [SERVERS], "place": 0}
    return sent | {"failures": {}} | changes


def reading(**changes: object) -> dict:
    """The browser's own reading: 1, in another drawing than that of the record."""
    read = {"ink": OTHER, "blank": False, "digit": BROWSERS["pixels"], "groups": 1, "outlier": None}
    return read | {"probabilities": BROWSERS["probabilities"]} | changes


def words(shown: dict) -> tuple[str, str]:
    """The kind and the words of a state without predictions."""
    assert shown["digits"] == []
    return shown["kind"], shown["message"]


def test_the_record_of_the_server_is_shown_where_it_is_about_what_stands_on_the_canvas(choose):
    failures = {"cnn": "damaged"}
    shown = choose(record(failures=failures, place=1, digits=[BROWSERS, SERVERS]), reading(ink=INK))
    assert shown["digits"] == [BROWSERS, SERVERS] and shown["place"] == 1
    assert (shown["kind"], shown["live"], shown["failures"]) == ("answered", False, failures)
    assert choose(record(), None)["digits"] == [SERVERS], "and where the browser cannot read"


def test_while_the_drawing_is_newer_the_browsers_own_reading_is_shown(choose):
    shown = choose(record(), reading())
    assert shown["digits"] == [BROWSERS] and shown["live"] and shown["kind"] == "answered"
    assert choose(record(ink=None, digits=[]), reading())["digits"] == [BROWSERS], "in the first stroke, too"


@pytest.mark.parametrize(("outlier", "doubted"), [(None, False), (0.4, False), (0.6, True)])
def test_a_finished_stroke_may_be_doubted_before_the_server_has_read_it(choose, outlier, doubted):
    assert choose(record(), reading(outlier=outlier))["digits"][0]["outlier"] == doubted


def test_of_several_digits_nothing_is_claimed_until_the_server_has_read_the_number(choose):
    assert words(choose(record(), reading(groups=2))) == ("reading", "Reading the number …")


def test_where_there_is_no_server_one_digit_at_a_time_is_asked_for(choose):
    alone = record(ink=None, digits=[], alone=True)
    assert words(choose(alone, reading(groups=2))) == ("waiting", "One digit at a time, please")
    assert choose(alone, reading())["digits"] == [BROWSERS]
    assert words(choose(record(foreign=True), reading())) == ("reading", "Reading the drawing …"), "it reads but a part"


def test_hidden_answers_stay_hidden_whatever_is_drawn(choose):
    hidden = record(hidden=True, message="The answers wait for the reveal", digits=[])
    for changes in ({}, {"acted": 0}, {"cleared": True}, {"pending": "Reading your photo …"}):
        assert words(choose(hidden, reading(), **changes)) == ("waiting", "The answers wait for the reveal")
    assert words(choose(record(hidden=True), reading(ink=INK))) == ("waiting", "")


def test_clear_empties_at_once_whatever_was_read(choose):
    for read in (reading(), reading(ink=INK), None):
        assert words(choose(record(), read, cleared=True)) == ("waiting", INVITATION)
    assert words(choose(record(foreign=True), reading(), cleared=True)) == ("waiting", INVITATION)


UNREADABLE = {"digits": [], "message": "Expected a photo"}


@pytest.mark.parametrize(
    ("photo", "read"),
    [
        (record(foreign=True, ink=None), reading(blank=True, digit=None)),
        (record(**UNREADABLE), reading(ink=INK)),
        (record(**UNREADABLE, ink=None), reading(blank=True, digit=None)),
    ],
    ids=["a digit", "no digit, beside a drawing", "no digit, on an empty canvas"],
)
def test_a_photo_has_its_answer_until_the_canvas_is_touched(choose, photo, read):
    shown = choose(photo, read, acted=5)
    assert shown["digits"] == photo["digits"] and shown["message"] == photo["message"]
    shown = choose(photo, reading(), acted=20)
    assert shown["digits"] != [SERVERS] and shown["message"] != photo["message"]


def test_a_photo_on_its_way_is_said_to_be_read(choose):
    assert words(choose(record(), reading(), pending="Reading your photo …")) == ("reading", "Reading your photo …")


@pytest.mark.parametrize(
    ("recorded", "read", "expected"),
    [
        (None, None, INVITATION),
        (record(ink=None, digits=[]), None, INVITATION),
        (record(digits=[]), None, "That is only a dot; draw a larger digit"),
        (record(), reading(blank=True, digit=None), INVITATION),
        (record(), reading(digit=None), "That is only a dot; draw a larger digit"),
    ],
    ids=["first", "blank", "a dot", "undone", "a dot, newer"],
)
def test_where_nothing_can_be_read_the_page_says_what_to_draw(choose, recorded, read, expected):
    assert words(choose(recorded, read)) == ("waiting", expected)


def test_the_first_screens_own_drawing_is_read_below_the_invitation_until_the_visitor_draws(choose):
    empty = record(ink=None, digits=[])
    shown = choose(empty, reading(blank=True, digit=None), acted=-1, demonstration=reading())
    assert shown["digits"] == [BROWSERS] and (shown["kind"], shown["message"]) == ("waiting", INVITATION)
    assert words(choose(empty, None, acted=20, demonstration=reading())) == ("waiting", INVITATION)


def test_a_grabbed_drawing_is_what_is_shown_while_it_is_held(choose):
    held = reading()
    for recorded in (record(ink=INK), record(foreign=True)):
        assert choose(recorded, reading(ink=INK), grabbed=held)["digits"] == [BROWSERS]
    assert words(choose(record(), None, grabbed=reading(blank=True))) == ("waiting", "No ink is left to read")
    hidden = record(hidden=True, message="The answers wait for the reveal", digits=[])
    assert choose(hidden, None, grabbed=held)["digits"] == []
