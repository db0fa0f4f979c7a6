"""The networks of a process: one that is being read does not stop the others."""

from __future__ import annotations

import threading

import numpy as np

import recognition
from recognition import ensemble
from recognition.ensemble import Selection

DIGIT = np.zeros((28, 28), np.uint8)


def test_a_network_whose_files_are_being_read_does_not_stop_the_others(monkeypatch):
    reading, read, load = threading.Event(), threading.Event(), recognition.load

    def slow(key: str, recipe: str):
        if key == "gru":
            reading.set()
            read.wait(30)
        return load(key, recipe)

    monkeypatch.setattr(ensemble, "_loaded", {})
    monkeypatch.setattr(recognition, "load", slow)
    first = threading.Thread(target=ensemble.load, args=[Selection("drawn", ("gru",))])
    other = threading.Thread(target=ensemble.predict_all, args=[Selection("drawn", ("mlp",)), [DIGIT]])
    first.start()
    try:
        assert reading.wait(30)
        other.start()
        other.join(20)
        assert not other.is_alive()
    finally:
        read.set()
        first.join()


def test_the_networks_of_a_selection_predict_every_digit_in_display_order():
    predictions = ensemble.predict_all(Selection("drawn", ("mlp", "cnn", "gru", "rnn", "resnet")), [DIGIT, DIGIT])
    assert not predictions.failures
    assert [[each.network for each in given] for given in predictions.by_digit] == [
        ["mlp", "cnn", "gru", "rnn", "resnet"]
    ] * 2
