"""A photo of numbers, in any ink on any paper, becomes digits like drawn ones.

The photo is taken apart into ink and paper in several ways (digits.ink); of each, the parts that look like whole digits
count, and of the best few the lines are read (digits.lines). The one with the largest digits, and the least ink that is
none, is taken; its digits are cut out of all pixels. What is not read is told: an answer that leaves out ink in silence
looks like the whole number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from digits.ink import Part, inks
from digits.lines import FAINT, MIN_OTHER, Judged, Line, find_lines, judge
from digits.normalization import MIN_LEVEL, SIDE, is_nothing
from digits.paper import Paper, evenly_lit, without_table
from digits.picture import PhotoError, decode, one_photo
from digits.rules import inside_frames, outlines, without_lines, without_outlines
from digits.upright import Box
from language import _

ENLARGED_SIDE = 320  # pixels; a smaller picture is enlarged to this
REDUCED_SIDE = 640  # pixels; on a larger picture, digits are found on so many and cut out of all
MAX_PADDED_SIDE, ROOM = 520, 0.3  # pixels; paper around a small picture, as a share of its longer side ...
MAX_UNEVEN = 24  # of 255; the distance of the quartiles of its border's levels, where that is even ...
MAX_REACHING = 12  # ... or so many strokes reach it; more are a texture
TRIED = 4  # inks, of dark and of light ones each, of which the lines are read ...
MIN_TRIED = 0.1  # ... unless they look so much less like digits than the best of them, as a share of its score ...
MAX_TRIED_DIGITS = 100  # ... or so many digits were read already: a page of numbers is plain enough
LINED = 4  # inks, of dark and of light ones each, from whose parts that are no whole digits straight lines are removed
MIN_LINED, WHOLE = 0.08, 0.8  # share of the longer side, and probability
MIN_WHOLE = 0.4  # mean probability of being whole digits; a line below half of it is none beside others
MIN_STRAIGHT = 0.2  # of the largest line's height; lower ones of straight strokes are none
MAX_FAINT_DIGITS = 2  # on a faint line; so few, or 1s alone, are the paper's own
MAX_TABLE = 0.35  # share of the picture; where more may be a table, it may be writing too, so both are tried
MIN_STROKE = 0.1  # of a digit's height: what is left of a straight line is thinner than a stroke
MAX_UNREAD = 40  # places of other ink that are told
MAX_DIGITS = 120  # of all lines; more are a texture, and would keep the networks busy


@dataclass(frozen=True, eq=False)
class Reading:
    """A photo and what was found in it.

    picture: uint8 (h, w), grey. lines: the numbers, top to bottom, at least one; their boxes are in its pixels.
    unread: where other ink stands that may be writing, but is no line of digits.
    """

    picture: np.ndarray
    lines: tuple[Line, ...]
    unread: tuple[Box, ...] = ()


def number_from_photo(data: bytes) -> list[np.ndarray]:
    """Find the digits of the first number in a photo, left to right; see numbers_from_photo."""
    return [*numbers_from_photo(data)[0].digits]


def numbers_from_photo(data: bytes) -> list[Line]:
    """Find all numbers in a photo, top to bottom, with the place of each digit and of ink that was not read.

    data: a file in one of digits.picture.FORMATS. Digits are uint8 (28, 28), white ink (255) on black (0), like those
    of digits.from_canvas. A picture of 28x28 pixels whose border is all black or all white is taken as a digit in
    MNIST's format. Raises PhotoError if the file cannot be read or shows no digit, for example blank paper.
    """
    return [*read_photo(data).lines]


def read_photo(data: bytes) -> Reading:
    """Read a photo; raises PhotoError as numbers_from_photo does."""
    with one_photo:
        return read_picture(decode(data))


def read_picture(picture: np.ndarray, quarter_turns: int = 0) -> Reading:
    """Read a decoded photo, uint8 (h, w), after so many quarter turns to the left."""
    with one_photo:
        picture = np.ascontiguousarray(np.rot90(picture, quarter_turns))
        reading = _as_in_mnist(picture) or _read(picture)
    if reading is None:
        raise PhotoError(
            _(
                "Expected a photo of digits, found no ink that could be one; draw them larger or darker, and leave "
                "clear paper around them."
            )
        )
    return reading


def _as_in_mnist(picture: np.ndarray) -> Reading | None:
    """A picture in MNIST's format as its digit; None for any other."""
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    if picture.shape != (SIDE, SIDE) or np.ptp(border) or border[0] not in (0, 255):
        return None
    digit = picture if border[0] == 0 else 255 - picture
    if is_nothing(digit):
        return None
    rows, columns = (np.flatnonzero((digit >= MIN_LEVEL).any(axis)) for axis in (1, 0))
    box = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return Reading(picture, (Line((digit,), (box,), (), 1.0, (1.0,), 1.0),))


def _read(picture: np.ndarray) -> Reading | None:
    """The best reading of a picture, uint8 (h, w); None where nothing looks like a digit."""
    padded, room = _with_paper_around(picture)
    scale = min(max(1.0, ENLARGED_SIDE / max(padded.shape)), REDUCED_SIDE / max(padded.shape))
    size = [max(1, round(scale * side)) for side in reversed(padded.shape)]
    kind = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
    resized = padded if scale == 1 else np.asarray(Image.fromarray(padded).resize(size, kind))
    fine = padded if scale < 1 else resized
    found = [ink for paper in _papers(resized) for ink in inks(paper, fine)]
    framed = {dark: outlines(ink for ink in found if ink.dark == dark) for dark in (True, False)}
    found = [ink if (frame := framed[ink.dark]) is None else without_outlines(ink, frame) for ink in found]
    judged = [judge(ink, max(1.0, scale)) for ink in found]
    judged.sort(key=lambda known: -known.score)
    ruled = [known for dark in (True, False) for known in [k for k in judged if k.ink.dark == dark][:LINED]]
    judged += [again for known in ruled if (again := _unlined(known)) and again.parts]
    judged.sort(key=lambda known: -known.score)
    tried: list[Judged] = []
    for known in (known for known in judged if known.parts):
        same = [other for other in tried if other.ink.dark == known.ink.dark]
        if same and known.score < MIN_TRIED * same[0].score:
            continue
        if len(same) < TRIED and sum(known.resembles(other) for other in same) < 2:
            tried.append(known)
    best: tuple[float, list[Line], list[Part], Judged | None] = (0.0, [], [], None)
    digits = 0
    for known in tried:
        if digits > MAX_TRIED_DIGITS:
            break
        lines, others = find_lines(known)
        digits += sum(len(line.digits) for line in lines)
        if (score := _score(known, lines)) > best[0]:
            best = score, lines, others, known
    lines, others, chosen = best[1:]
    if not lines or chosen is None:
        return None
    others += _framed(chosen, lines)
    kept, dropped = _sorted_out(lines)
    unread = [box for line in dropped for box in line.boxes]
    unread += [Box(part.left, part.top, part.right, part.bottom) for part in others[:MAX_UNREAD]]
    return Reading(
        picture,
        tuple(_placed(line, scale, room) for line in kept),
        tuple(_place(box, scale, room) for box in unread),
    )


def _papers(picture: np.ndarray) -> list[Paper]:
    """What may be the paper of a picture: all of it, what lies on a table, or both."""
    paper = evenly_lit(picture.astype(np.float32))
    inner = without_table(paper)
    if inner is None or inner.erased is None:
        return [Paper(paper)]
    return [inner] if np.mean(inner.erased) < MAX_TABLE else [inner, Paper(paper)]


def _unlined(known: Judged) -> Judged | None:
    """The same without straight lines in what is no whole digit."""
    whole = {part.label: p for p, part in zip(known.whole, known.parts, strict=True)}
    side = max(known.ink.labels.shape)
    large = [part for part in known.ink.parts if part.extent > MIN_LINED * side and whole.get(part.label, 0) < WHOLE]
    ink = without_lines(known.ink, (*known.ink.frames, *large[:6]))
    return judge(ink) if ink else None


def _framed(judged: Judged, lines: list[Line]) -> list[Part]:
    """Parts of frames that may be writing, as large as digits, and digits along which a box's line was removed."""
    height = float(np.median([box.bottom - box.top for line in lines for box in line.boxes]))
    return [
        part
        for part in inside_frames(judged.ink, height)
        if part.extent >= MIN_OTHER * height and min(part.height, part.width) >= MIN_STROKE * height
    ] + [*judged.ink.cut]


def _score(judged: Judged, lines: list[Line]) -> float:
    """The size of the digits, and the share of all ink that stands in them."""
    ink = sum(part.area for part in judged.ink.parts)
    lines = [line for line in lines if not _is_no_number(line, lines)]
    return sum(line.score for line in lines) ** 0.5 * sum(line.area * line.whole for line in lines) / ink


def _sorted_out(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """The lines that are read, and those that are none, or too many."""
    clear = [line for line in lines if not _is_no_number(line, lines)]
    best = max(line.whole for line in clear)
    kept: list[Line] = []
    for line in clear:
        digits = sum(len(each.digits) for each in kept)
        if line.whole >= min(MIN_WHOLE, 0.5 * best) and (not kept or digits + len(line.digits) <= MAX_DIGITS):
            kept.append(line)
    return kept, [line for line in lines if line not in kept]


def _is_no_number(line: Line, lines: list[Line]) -> bool:
    """Tell whether a line is rather squared paper, a shadow, a box's side or a digit's counter beside others."""
    largest = max(lines, key=lambda each: each.contrast * each.score / len(each.digits))
    faint = line.contrast < FAINT * largest.contrast and (len(line.digits) <= MAX_FAINT_DIGITS or line.is_straight)
    small = line.is_straight and _height(line) < MIN_STRAIGHT * _height(largest)
    counter = any(_is_inside(line, box) for other in lines if other is not line for box in other.boxes)
    return line is not largest and (faint or small or counter or line.is_level)


def _is_inside(line: Line, box: Box) -> bool:
    """Tell whether all of a line stands in the box of one digit."""
    return all(
        box.left <= (each.left + each.right) / 2 <= box.right
        and box.top <= (each.top + each.bottom) / 2 <= box.bottom
        and each.bottom - each.top < box.bottom - box.top
        for each in line.boxes
    )


def _height(line: Line) -> float:
    return max(box.bottom - box.top for box in line.boxes)


def _with_paper_around(picture: np.ndarray) -> tuple[np.ndarray, int]:
    """A small picture with its paper's level around it, so that a digit may fill it, and how many pixels of that.

    Where its border is uneven, light changes along it or strokes reach it; a closing, or for light strokes an opening,
    takes them out of the border, and what is left goes on outwards.
    """
    if max(picture.shape) > MAX_PADDED_SIDE:
        return picture, 0
    room = round(ROOM * max(picture.shape))
    around = picture[0], picture[:, -1], picture[-1, ::-1], picture[::-1, 0]
    border = np.concatenate(around).astype(np.int16)
    low, level, high = np.quantile(border, (0.25, 0.5, 0.75))
    if high - low <= MAX_UNEVEN:
        return np.pad(picture, room, constant_values=np.uint8(level)), room
    paper = _without_strokes(border, picture)
    strokes = np.abs(border - paper)
    reaching = strokes > 0.5 * max(MAX_UNEVEN, float(strokes.max()))
    if np.count_nonzero(reaching & ~np.roll(reaching, 1)) > MAX_REACHING:
        return picture, 0
    padded = np.pad(_replaced_border(picture, paper), room, mode="edge")
    padded[room : room + picture.shape[0], room : room + picture.shape[1]] = picture
    return padded, room


def _without_strokes(border: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """The levels around a picture without the strokes that reach its edge."""
    from scipy import ndimage

    lowest, highest = np.quantile(picture, (0.02, 0.98))
    level = float(np.median(border))
    take_out = ndimage.grey_closing if level - lowest > highest - level else ndimage.grey_opening
    return np.asarray(take_out(border, max(picture.shape), mode="wrap"))


def _replaced_border(picture: np.ndarray, border: np.ndarray) -> np.ndarray:
    """The picture with other levels at its edges, which begin at the top left corner and go around clockwise."""
    height, width = picture.shape
    replaced = picture.copy()
    sides = np.split(border, np.cumsum([width, height, width]))
    replaced[0], replaced[:, -1], replaced[-1, ::-1], replaced[::-1, 0] = (side.astype(np.uint8) for side in sides)
    return replaced


def _placed(line: Line, scale: float, room: int) -> Line:
    return replace(
        line,
        boxes=tuple(_place(box, scale, room) for box in line.boxes),
        unread=tuple(_place(box, scale, room) for box in line.unread),
    )


def _place(box: Box, scale: float, room: int) -> Box:
    """Where a box of the enlarged picture stands in the picture."""
    sides = (side / scale - room for side in (box.left, box.top, box.right, box.bottom))
    return Box(*sides)
