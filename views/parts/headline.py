"""The one sentence above the answers: do the networks agree?"""

from __future__ import annotations

from collections.abc import Mapping

NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


OUTLIER = "This may not be a digit"


def headline(digits: Mapping[str, int], outlier: bool = False) -> str:
    """How far the networks agree, in words: "All four say 7", "Three say 7, the RNN says 1".

    digits: each network's title and the digit that it answers with, in display order; at least one.
    outlier: whether the drawing may be no digit at all; that is said first.
    """
    if outlier:
        return f"{OUTLIER} · {headline(digits)}"
    groups: dict[int, list[str]] = {}
    for title, digit in digits.items():
        groups.setdefault(digit, []).append(title)
    (digit, largest), *others = sorted(groups.items(), key=lambda group: -len(group[1]))
    if not others and len(largest) == 1:
        return f"The {largest[0]} says {digit}"
    if not others:
        return f"{'Both' if len(largest) == 2 else 'All ' + NUMBERS[len(largest)].lower()} say {digit}"
    if len(largest) == 1:
        return "No two agree: " + _list([_group(*group) for group in groups.items()])
    if len(others[0][1]) == len(largest):
        first = _group(digit, largest)
        return ", ".join([first[0].upper() + first[1:], *(_group(*group) for group in others)])
    return ", ".join([f"{NUMBERS[len(largest)]} say {digit}", *(_group(*group) for group in others)])


def _group(digit: int, titles: list[str]) -> str:
    return f"{_list([f'the {title}' for title in titles])} {'say' if len(titles) > 1 else 'says'} {digit}"


def _list(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
