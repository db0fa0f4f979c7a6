"""The one sentence above the answers: do the networks agree?"""

from __future__ import annotations

from collections.abc import Mapping

NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


OUTLIER = "Not a digit?"  # in their place, where the drawing may be none


def headline(digits: Mapping[str, int | str], verb: str = "say") -> str:
    """How far the networks agree, in words: "All four say 7", "Three say 7, the RNN says 1".

    digits: each network's title and the digit, or number, that it answers with, in display order; at least one.
    verb: "say", or "read" for a number.
    """
    groups: dict[int | str, list[str]] = {}
    for title, digit in digits.items():
        groups.setdefault(digit, []).append(title)
    (digit, largest), *others = sorted(groups.items(), key=lambda group: -len(group[1]))
    if not others and len(largest) == 1:
        return f"The {largest[0]} {verb}s {digit}"
    if not others:
        return f"{'Both' if len(largest) == 2 else 'All ' + NUMBERS[len(largest)].lower()} {verb} {digit}"
    if len(largest) == 1:
        return "No two agree: " + _list([_group(*group, verb) for group in groups.items()])
    if len(others[0][1]) == len(largest):
        first = _group(digit, largest, verb)
        return ", ".join([first[0].upper() + first[1:], *(_group(*group, verb) for group in others)])
    return ", ".join([f"{NUMBERS[len(largest)]} {verb} {digit}", *(_group(*group, verb) for group in others)])


def _group(digit: int | str, titles: list[str], verb: str) -> str:
    return f"{_list([f'the {title}' for title in titles])} {verb if len(titles) > 1 else verb + 's'} {digit}"


def _list(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
