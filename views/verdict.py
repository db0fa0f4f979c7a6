"""The one sentence above the answers: do the networks agree?"""

from __future__ import annotations

from collections.abc import Mapping

NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


DOUBT = "This may not be a digit"


def headline(says: Mapping[str, int], doubtful: bool = False) -> str:
    """Says in words how far the networks agree: "All four say 7", "Three say 7, the RNN says 1".

    says: each network's title and the digit that it answers with, in display order; at least one.
    doubtful: whether the drawing may be no digit at all; that is said first.
    """
    if doubtful:
        return f"{DOUBT} · {headline(says)}"
    camps: dict[int, list[str]] = {}
    for title, digit in says.items():
        camps.setdefault(digit, []).append(title)
    (digit, largest), *others = sorted(camps.items(), key=lambda camp: -len(camp[1]))
    if not others and len(largest) == 1:
        return f"The {largest[0]} says {digit}"
    if not others:
        return f"{'Both' if len(largest) == 2 else 'All ' + NUMBERS[len(largest)].lower()} say {digit}"
    if len(largest) == 1:
        return "No two agree: " + _list([_camp(*camp) for camp in camps.items()])
    if len(others[0][1]) == len(largest):
        first = _camp(digit, largest)
        return ", ".join([first[0].upper() + first[1:], *(_camp(*camp) for camp in others)])
    return ", ".join([f"{NUMBERS[len(largest)]} say {digit}", *(_camp(*camp) for camp in others)])


def _camp(digit: int, titles: list[str]) -> str:
    return f"{_list([f'the {title}' for title in titles])} {'say' if len(titles) > 1 else 'says'} {digit}"


def _list(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
