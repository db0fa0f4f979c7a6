"""A number is read from photos in many conditions; other files are refused in words and bounded memory."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from digits import from_canvas, rules
from digits.ink import inks
from digits.paper import Paper
from digits.photo import number_from_photo, numbers_from_photo, read_photo, read_picture
from digits.picture import MAX_PHOTO_BYTES, MAX_PHOTO_PIXELS, PhotoError, decode
from digits.rules import without_lines
from digits.strokes import draw_strokes
from digits.upright import Upright
from recognition import load
from recognition.store import trained_recipes
from tests.drawings import DIGITS, photo, placed
from tests.page_server import ROOT


def from_photo(data: bytes) -> np.ndarray:
    """The only digit in a photo."""
    (digit,) = number_from_photo(data)
    return digit


SEVEN = from_canvas(draw_strokes(placed(7), 18, 280, 280))


def paper(digit: int, brush: float = 9, tone: float = 0.7, light: float = 215, shadow: float = 70, noise: float = 3):
    """Dark ink on paper lit from one side, uint8 (900, 900); tone is the share of the light that the ink absorbs."""
    random = np.random.default_rng(digit)
    strokes = Image.fromarray(draw_strokes(placed(digit), brush, 280, 280)[..., 3]).resize((900, 900))
    share = np.asarray(strokes.filter(ImageFilter.GaussianBlur(1)), float) / 255
    ground = light - np.linspace(0, shadow, 900)[None, :] + random.normal(0, noise, (900, 900))
    return np.clip(ground * (1 - tone * share), 0, 255).astype(np.uint8)


def small(digit: int) -> np.ndarray:
    """The same on a ninth of the pixels, which takes a ninth of the time to read."""
    return np.ascontiguousarray(paper(digit)[1::3, 1::3])


def saved(picture, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(file, kind, **options)
    return file.getvalue()


def similar(digit: np.ndarray, expected: np.ndarray = SEVEN) -> bool:
    """Whether two digits look the same, up to about one pixel."""
    blurred = [
        np.asarray(Image.fromarray(d).filter(ImageFilter.GaussianBlur(1.5)), float).ravel() for d in (digit, expected)
    ]
    return digit.dtype == np.uint8 and digit.shape == (28, 28) and np.corrcoef(*blurred)[0, 1] > 0.85


CONDITIONS = {
    "a felt pen": {"brush": 14},
    "a pencil": {"brush": 3, "tone": 0.35},
    "a faint thin pencil": {"brush": 2, "tone": 0.25, "noise": 2},
    "a marker": {"brush": 26},
    "a strong shadow": {"shadow": 140},
    "a dim room": {"light": 110, "shadow": 30, "noise": 5},
}
OFTEN = ("a faint thin pencil", "a strong shadow")  # the others nightly


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.nightly) for name in CONDITIONS]
)
def test_at_least_nine_of_ten_digits_are_read_with_each_pen_and_light(name):
    classifier = load("cnn", trained_recipes()[0])
    digits = np.stack([from_photo(saved(paper(digit, **CONDITIONS[name]), "JPEG")) for digit in DIGITS])
    assert (classifier.predict(digits).argmax(axis=1) == list(DIGITS)).sum() >= 9


def test_thin_lines_are_thickened_and_chalk_on_a_board_is_read():
    thin = from_photo(saved(paper(7, brush=3)))
    assert similar(thin) and thin.sum() > 0.5 * SEVEN.sum()
    assert similar(from_photo(saved(255 - paper(7))))


MODES = {
    "grey": lambda g: Image.fromarray(g),
    "colour": lambda g: Image.fromarray(np.dstack([g, g, g // 2])),
    "CMYK": lambda g: Image.fromarray(np.dstack([g] * 3)).convert("CMYK"),
    "palette": lambda g: Image.fromarray(g).convert("P", palette=Image.Palette.ADAPTIVE, colors=16),
    "one bit": lambda g: Image.fromarray(np.where(g < 90, 0, 255).astype(np.uint8)).convert("1"),
    "16 bits": lambda g: Image.fromarray(g.astype(np.uint16) * 257),
    "grey and alpha": lambda g: Image.fromarray(np.dstack([g, np.full_like(g, 255)]), "LA"),
}


def test_a_photo_of_a_marker_is_read_in_ordinary_light():
    digits = np.stack([from_photo(saved(paper(digit), "JPEG")) for digit in (2, 5)])
    assert load("cnn", trained_recipes()[0]).predict(digits).argmax(axis=1).tolist() == [2, 5]


@pytest.mark.parametrize("mode", MODES)
def test_every_colour_mode_is_read(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert similar(from_photo(saved(MODES[mode](small(7)), kind)))


@pytest.mark.parametrize("tone", [0, 255], ids=["black ink", "white ink"])
def test_ink_on_a_transparent_background_is_read(tone):
    alpha = draw_strokes(placed(7), 12, 600, 600)[..., 3]
    assert similar(from_photo(saved(Image.fromarray(np.dstack([np.full_like(alpha, tone)] * 3 + [alpha])))))


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_rotated_photo_is_turned_upright(orientation):
    turned = Image.fromarray(np.rot90(small(7), {3: 2, 6: 1, 8: -1}[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert similar(from_photo(saved(turned, "JPEG", exif=exif)))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation_is_read(kind):
    frames = [Image.fromarray(small(digit)) for digit in (7, 1)]
    assert similar(from_photo(saved(frames[0], kind, save_all=True, append_images=frames[1:])))


def number_on_paper(text: str, size: float = 90, gap: float = 20, brush: float = 7) -> bytes:
    """A photo of a number, dark ink on grey paper with a shadow, as a JPEG."""
    left, strokes = 30.0, []
    for digit in text:
        drawn = placed(int(digit), size, 0, 90)
        low = min(stroke[:, 0].min() for stroke in drawn)
        drawn = [stroke + (left - low, 0) for stroke in drawn]
        left = max(stroke[:, 0].max() for stroke in drawn) + gap
        strokes += drawn
    width = int(left) + 40
    ink = Image.fromarray(draw_strokes(strokes, brush, width, 280)[..., 3]).resize((3 * width, 840))
    share = np.asarray(ink.filter(ImageFilter.GaussianBlur(1)), float) / 255
    ground = 215 - np.linspace(0, 70, 3 * width)[None, :] + np.random.default_rng(0).normal(0, 3, (840, 3 * width))
    file = io.BytesIO()
    Image.fromarray(np.clip(ground * (1 - 0.7 * share), 0, 255).astype(np.uint8)).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(("text", "gap"), [("2026", 45), ("318", 16)])
def test_a_number_on_a_photo_is_read(text, gap):
    digits = np.stack(number_from_photo(number_on_paper(text, gap=gap)))
    assert "".join(map(str, load("resnet", "drawn").predict(digits).argmax(1))) == text


def ink(digit: int, side: int, margin: float = 0.0, brush: float = 22) -> np.ndarray:
    """A digit's ink alone, float (h, w) from 0 to 1, cropped up to a margin in shares of its longer side."""
    drawn = draw_strokes(placed(digit), brush, 280, 280)[..., 3]
    rows, columns = (np.flatnonzero(drawn.any(axis)) for axis in (1, 0))
    drawn = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    drawn = np.pad(drawn, round(margin * max(drawn.shape)))
    scale = side / max(drawn.shape)
    size = [max(1, round(scale * length)) for length in reversed(drawn.shape)]
    return np.asarray(Image.fromarray(drawn).resize(size, Image.Resampling.BOX), float) / 255


def said(data: bytes) -> list[str]:
    """The numbers that the ResNet reads on a photo."""
    return [
        "".join(map(str, load("resnet", "drawn").predict(np.stack(line.digits)).argmax(1)))
        for line in numbers_from_photo(data)
    ]


@pytest.mark.parametrize("side", [24, 150])
def test_a_digit_that_fills_its_picture_is_read_dark_on_light_and_light_on_dark(side):
    for digit in (3, 8):
        share = ink(digit, side, margin=0.03)
        assert said(saved((250 * (1 - share)).astype(np.uint8))) == [str(digit)]
        assert said(saved((250 * share).astype(np.uint8))) == [str(digit)]


def test_a_digit_that_reaches_the_edge_of_its_picture_is_read_in_uneven_light():
    for digit in (2, 9):
        share = ink(digit, 90, brush=34)[4:-4, 3:-3]
        light = np.linspace(210, 130, share.shape[1])
        assert said(saved((light * (1 - 0.7 * share)).astype(np.uint8))) == [str(digit)]
        assert said(saved((light * (0.3 + 0.7 * share)).astype(np.uint8))) == [str(digit)]


def test_the_soft_edge_of_a_shadow_is_no_stroke():
    page = np.full((1200, 770), 200.0)
    number = sheet(["956"], gap=24) / 230
    page[150 : 150 + number.shape[0], 30 : 30 + number.shape[1]] *= number
    shadow = 1 - 0.5 / (1 + np.exp(-(np.arange(770) - 560) / 30))
    assert said(saved((page * shadow * np.linspace(0.6, 1, 1200)[:, None]).astype(np.uint8))) == ["956"]


def test_a_1_at_the_edge_of_its_picture_is_no_tables_edge():
    page = np.full((500, 640), 220, np.uint8)
    stroke = ink(1, 150, brush=20)
    page[200 : 200 + stroke.shape[0], 640 - stroke.shape[1] :] = 220 - 170 * stroke
    assert said(saved(page)) == ["1"]


def test_28_by_28_pixels_on_grey_and_noisy_paper_are_read_like_any_other_size():
    noise = np.random.default_rng(1).normal(0, 6, (28, 28))
    share = np.zeros((28, 28))
    digit = ink(6, 22, brush=30)
    share[3 : 3 + digit.shape[0], 7 : 7 + digit.shape[1]] = digit
    assert said(saved(np.clip(178 * (1 - 0.8 * share) + noise, 0, 255).astype(np.uint8))) == ["6"]


@pytest.mark.parametrize("side", [28, 60])
def test_nearly_nothing_is_nothing(side):
    blank = np.zeros((side, side), np.uint8)
    blank[side // 2, side // 2] = 3
    for picture in (blank, 255 - blank):
        with pytest.raises(PhotoError, match="no ink"):
            number_from_photo(saved(picture))


def sheet(lines: list[str], gap: float = 30, extra: tuple[np.ndarray, ...] = ()) -> np.ndarray:
    """Numbers below one another, in dark ink on light paper, uint8 (h, w); digits are 60 high."""
    strokes, right = [*extra], 0.0
    for row, text in enumerate(lines):
        left = 40.0
        for digit in text:
            drawn = placed(int(digit), 60, 0, 40 + 130 * row)
            low = min(stroke[:, 0].min() for stroke in drawn)
            strokes += [stroke + (left - low, 0) for stroke in drawn]
            left = max(stroke[:, 0].max() for stroke in strokes[-len(drawn) :]) + gap
        right = max(right, left)
    drawn = draw_strokes(strokes, 7, int(right) + 60, 130 * len(lines) + 40)[..., 3]
    return (230 - 190 * (np.asarray(drawn, float) / 255)).astype(np.uint8)


def test_gaps_of_two_heights_and_fifteen_digits_are_one_number():
    assert said(saved(sheet(["2075"], gap=120))) == ["2075"]
    assert said(saved(sheet(["207538462075384"], gap=22))) == ["207538462075384"]


def test_several_lines_are_several_numbers_from_top_to_bottom_each_where_it_stands():
    lines = numbers_from_photo(saved(sheet(["35", "208", "4"])))
    assert [len(line.digits) for line in lines] == [2, 3, 1]
    assert [box.top // 130 for line in lines for box in line.boxes] == [0, 0, 1, 1, 1, 2]


def test_ink_that_is_no_digit_of_the_line_is_told():
    minus = np.array([(5.0, 72), (24, 72)])
    (line,) = numbers_from_photo(saved(sheet(["52"], extra=(minus,))))
    assert len(line.digits) == 2 and line.unread and line.unread[0].left < line.boxes[0].left
    (line,) = numbers_from_photo(saved(sheet(["52"])))
    assert not line.unread


def test_a_plus_between_digits_is_told_and_no_4():
    plus = np.array([(93.0, 72), (123, 72)]), np.array([(108.0, 57), (108, 87)])
    (line,) = numbers_from_photo(saved(sheet(["38"], gap=80, extra=plus)))
    assert len(line.digits) == 2 and len(line.unread) == 1
    assert line.boxes[0].right < line.unread[0].left < line.unread[0].right < line.boxes[1].left


def test_a_7_is_no_frame_around_its_bar():
    seven = np.array([(85.0, 42), (140, 42), (108, 100)]), np.array([(92.0, 84), (108, 72)])
    assert said(saved(sheet(["3"], extra=seven))) == ["37"]


def test_a_level_stroke_below_a_digit_is_told_and_no_number():
    page = sheet(["6", ""])
    stroke = draw_strokes([np.array([(50.0, 170), (90, 171)])], 5, *page.shape[::-1])[..., 3] / 255
    reading = read_photo(saved(np.minimum(page, (230 - 190 * stroke).astype(np.uint8))))
    assert [len(line.digits) for line in reading.lines] == [1] and len(reading.unread) == 1


def test_faint_lines_of_the_paper_are_no_1s():
    page = np.pad(sheet(["92"]), ((0, 400), (150, 150)), constant_values=230)
    for column in range(20, page.shape[1], 37):
        for row in range(10, page.shape[0] - 40, 50):
            page[row : row + 40, column : column + 2] = np.minimum(page[row : row + 40, column : column + 2], 190)
    assert said(saved(page)) == ["92"]


def test_digits_that_only_thicker_strokes_join_stay_apart():
    page = 230 - 190 * (draw_strokes([np.array([(x, 40.0), (x, 100)]) for x in (60, 65)], 2, 130, 140)[..., 3] / 255)
    ink = next(inks(Paper(page.astype(np.float32)), page.astype(np.uint8)))
    line = Upright(min(part.top for part in ink.parts), 59, 66, max(part.bottom for part in ink.parts), 0.0, 62)
    counts = [ndimage.label(line.drawing(ink, [*ink.parts], [*apart])[0])[1] for apart in ((), ink.parts)]
    assert counts == [1, 2]


def test_small_digits_on_a_large_picture_are_cut_out_of_all_of_its_pixels():
    page = np.full((900, 1280), 230, np.uint8)
    number = Image.fromarray(sheet(["8096"], gap=20)).reduce(4)
    page[300 : 300 + number.height, 200 : 200 + number.width] = number
    assert said(saved(page)) == ["8096"]


TURN = np.linspace(0, 2 * np.pi, 60)
FRAMES = {
    "box": np.array([(20.0, 20), (115, 20), (115, 125), (20, 125), (20, 20)]),
    "circle": np.column_stack([62 + 52 * np.cos(TURN), 72 + 55 * np.sin(TURN)]),
    "line": np.array([(10.0, 100), (130, 101)]),
}


@pytest.mark.parametrize("frame", FRAMES)
def test_a_digit_in_a_box_or_circle_or_on_a_line_is_read_without_it(frame):
    assert said(saved(sheet(["6"], extra=(FRAMES[frame],)))) == ["6"]


def test_a_slanted_stroke_stays_whole_where_a_line_crosses_it():
    strokes = [np.array([(70.0, 40), (120, 40), (40, 130)]), np.array([(10.0, 88), (170, 84)])]
    assert said(saved((230 - 190 * (draw_strokes(strokes, 5, 190, 170)[..., 3] / 255)).astype(np.uint8))) == ["7"]


@pytest.mark.parametrize("brush", [3, 7])
def test_a_box_of_lines_that_do_not_meet_is_told_and_no_part_of_the_digit(brush):
    page = sheet(["6"])
    for line in ([(25.0, 22), (100, 22)], [(25.0, 120), (100, 120)], [(112.0, 15), (112, 128)]):
        stroke = draw_strokes([np.array(line)], brush, *page.shape[::-1])[..., 3] / 255
        page = np.minimum(page, (230 - 190 * stroke).astype(np.uint8))
    assert said(saved(page)) == ["6"] and len(numbers_from_photo(saved(page))[0].unread) == 3


@pytest.mark.parametrize("slope", [0.0375, 0.0525])
def test_a_long_line_that_touches_digits_is_removed_at_any_slope(slope):
    page = np.pad(sheet(["4716"], gap=90), ((0, 60), (0, 0)), constant_values=230)
    line = np.array([(4.0, 86), (page.shape[1] - 4.0, 86 + slope * (page.shape[1] - 8))])
    thin = 230 - 150 * (draw_strokes([line], 2, *page.shape[::-1])[..., 3] / 255)
    page = np.minimum(page, thin.astype(np.uint8))
    ink = next(inks(Paper(page.astype(np.float32)), page))
    left = without_lines(ink, (*ink.frames, *ink.parts))
    assert left and len(left.parts) == 4 and max(part.width for part in left.parts) < 50


@pytest.mark.parametrize(("left", "right"), [(20, 230), (20, 206), (24, 222), (20, 240)])
def test_a_comb_of_boxes_is_no_digit(left, right):
    comb = (
        np.array([(left, 20.0), (right, 20), (right, 120), (left, 120), (left, 20)]),
        np.array([(100.0, 20), (100, 120)]),
    )
    reading = read_photo(saved(sheet(["64"], gap=55, extra=comb)))
    assert [len(line.digits) for line in reading.lines] == [2]
    assert not reading.unread and not reading.lines[0].unread


@pytest.mark.parametrize("left", [36, 38, 40])
def test_a_digit_that_touches_its_box_is_read_or_told(left):
    comb = np.array([(left, 20.0), (230, 20), (230, 120), (left, 120), (left, 20)]), np.array([(100.0, 20), (100, 120)])
    page = saved(sheet(["64"], gap=55, extra=comb))
    assert said(page) == ["64"] or read_photo(page).unread


@pytest.mark.parametrize("frame", ["box", "circle"])
def test_a_frame_that_is_dark_on_one_side_only_is_no_1(frame):
    page = sheet(["9"])
    row, column = np.mgrid[: page.shape[0], : page.shape[1]]
    level = np.where((row > 40) & (row < 105) & (column < 100), 120, 30)
    ink = draw_strokes([FRAMES[frame]], 3, *page.shape[::-1])[..., 3] / 255
    assert said(saved(np.minimum(page, (230 - level * ink).astype(np.uint8)))) == ["9"]


@pytest.mark.parametrize(("digit", "tilt"), [("1", 0), ("2", 0), ("9", 4), ("4", 8)])
def test_the_sides_of_a_box_that_fills_its_picture_are_no_ruled_lines(digit, tilt):
    page = np.full((210, 150), 230, np.uint8)
    inner = sheet([digit])[:170, :138]
    page[30 : 30 + inner.shape[0], 12 : 12 + inner.shape[1]] = inner
    box = np.array([(12.0, 10), (128, 10 + tilt), (128 - tilt, 200), (12 - tilt, 200 - tilt), (12, 10)])
    ink = draw_strokes([box], 7, 150, 210)[..., 3] / 255
    page = np.minimum(page, (230 - 110 * ink).astype(np.uint8))
    assert said(saved(page)) == [digit]
    assert not read_photo(saved(page)).unread


LOOPED = [
    (45, 40),
    (70, 22),
    (95, 30),
    (100, 60),
    (90, 90),
    (60, 108),
    (35, 104),
    (34, 84),
    (55, 72),
    (85, 82),
    (112, 100),
]


@pytest.mark.parametrize(("blur", "side"), [(0, 60), (4, 40), (4, 80)])
def test_the_counter_of_a_digit_is_no_number_of_its_own(blur, side):
    ink = draw_strokes([np.array(LOOPED, float)], 8, 140, 140)[..., 3] / 255
    picture = Image.fromarray((150 - 110 * ink).astype(np.uint8)).crop((15, 5, 125, 125))
    small = picture.filter(ImageFilter.GaussianBlur(blur)).resize((side, side))
    assert said(saved(np.asarray(small))) == ["2"]


def test_a_straight_stroke_that_is_much_smaller_than_the_digits_is_told_and_no_number():
    page = np.pad(sheet(["3"])[10:120], ((0, 60), (0, 64)), constant_values=230)
    stroke = draw_strokes([np.array([(26.0, 128), (26, 136)])], 2, *page.shape[::-1])[..., 3] / 255
    reading = read_photo(saved(np.minimum(page, (230 - 190 * stroke).astype(np.uint8))))
    assert [len(line.digits) for line in reading.lines] == [1] and len(reading.unread) == 1


def test_digits_that_touch_are_cut():
    assert [len(line.digits) for line in numbers_from_photo(saved(sheet(["384"], gap=4)))] == [3]


def on_table(paper: np.ndarray) -> bytes:
    """A sheet of paper with a dark, grainy table above, below and left of it."""
    picture = np.pad(paper.astype(float), ((24, 24), (30, 0)), constant_values=-1)
    grain = ndimage.gaussian_filter(np.random.default_rng(3).normal(0, 1, picture.shape), 3)
    return saved(np.clip(np.where(picture < 0, 55 + 12 * grain / grain.std(), picture), 0, 255).astype(np.uint8))


def test_a_table_around_the_sheet_is_no_ink():
    reading = read_photo(on_table(np.pad(sheet(["35"]), ((200, 150), (250, 250)), constant_values=230)))
    assert [len(line.digits) for line in reading.lines] == [2] and not reading.unread


def test_a_digit_that_reaches_the_table_is_told():
    paper = sheet(["3502"])[:, 50:]  # the 3 begins at 37
    reading = read_photo(on_table(np.pad(paper, ((200, 150), (0, 250)), constant_values=230)))
    assert [len(line.digits) for line in reading.lines] == [4] and reading.unread


def test_a_slanted_stroke_between_digits_may_be_a_slash_and_is_told():
    slash = np.array([(125.0, 44), (105, 94)])
    (line,) = numbers_from_photo(saved(sheet(["38"], gap=80, extra=(slash,))))
    assert line.has_slash
    (line,) = numbers_from_photo(saved(sheet(["38"], gap=80)))
    assert not line.has_slash


def test_writing_that_is_joined_to_no_digit_is_doubtful_or_told():
    word = np.array([(x, 70 + 25 * np.sin(x / 6) * (1 + (x % 17) / 17)) for x in np.arange(150.0, 330, 2)])
    reading = read_photo(saved(sheet(["8"], extra=(word,))))
    assert reading.unread or any(line.unread or line.is_doubtful for line in reading.lines)


def test_a_photo_that_lies_on_its_side_is_read_after_a_quarter_turn():
    upright = sheet(["35"])
    reading = read_picture(np.ascontiguousarray(np.rot90(upright)), quarter_turns=-1)
    assert [len(line.digits) for line in reading.lines] == [2] and reading.picture.shape == upright.shape


@pytest.mark.parametrize("kind", ["HEIF", "TIFF"])
def test_what_phones_and_scanners_send_is_read(kind):
    decode(saved(small(7)))  # which teaches Pillow the format HEIF
    assert similar(from_photo(saved(small(7), kind)))


def seconds_of_a_core(data: bytes) -> float:
    """How long a core works on a photo, however busy the machine is; time.process_time counts all threads."""
    begin = time.process_time()
    read_photo(data)
    return time.process_time() - begin


def test_a_photo_of_48_megapixels_takes_less_than_two_seconds_of_a_core_and_one_stored_as_a_whole_is_refused():
    large = Image.fromarray(small(7)).resize((8000, 6000))
    assert seconds_of_a_core(saved(large, "JPEG")) < 2
    with pytest.raises(PhotoError, match="megapixels"):
        decode(saved(large, "JPEG", progressive=True))


def test_a_page_of_numbers_takes_about_two_seconds_of_a_core_at_most():
    page = saved(sheet(["20753846207538", "1234567890", "2468013579", "998877665544"] * 2))
    read_photo(saved(small(7)))  # which loads what is loaded once
    assert seconds_of_a_core(page) < 3  # 1.2 alone; beside another test the two threads of a core share it


def test_circles_around_circles_take_no_longer():
    page = Image.new("L", (640, 640), 230)
    draw = ImageDraw.Draw(page)
    for radius in range(40, 318, 40):
        draw.ellipse((320 - radius, 320 - radius, 320 + radius, 320 + radius), outline=40, width=2)
    read_photo(saved(small(7)))
    assert seconds_of_a_core(saved(np.asarray(page))) < 3  # 1.4 alone


def test_frames_that_are_too_many_to_look_at_are_told(monkeypatch):
    page = saved(sheet(["6"], extra=(FRAMES["box"],)))
    assert not read_photo(page).unread
    monkeypatch.setattr(rules, "MAX_LOOKED_AT", 0)
    assert len(read_photo(page).unread) == 1


def test_one_digit_on_a_photo_is_one():
    for digit in (0, 5):
        assert len(number_from_photo(photo(digit))) == 1


def test_what_is_much_smaller_is_no_digit_of_the_number():
    strokes = [*placed(7, 120, 20, 80), np.array([(400.0, 60), (405, 70)]), *placed(3, 30, 470, 230)]
    ink = np.asarray(Image.fromarray(draw_strokes(strokes, 8, 560, 280)[..., 3]), float) / 255
    file = io.BytesIO()
    Image.fromarray((210 * (1 - 0.7 * ink)).astype(np.uint8)).save(file, "PNG")
    assert len(number_from_photo(file.getvalue())) == 1


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


BAD = {
    "empty": (b"", "an empty file"),
    "text": (b"seven" * 50, "something else"),
    "a PDF": (b"%PDF-1.7\n" + b"x" * 200, "a PDF"),
    "an incomplete JPEG": (photo(7)[:3000], "damaged or incomplete"),
    "too many bytes": (b"\xff\xd8" + b"\0" * MAX_PHOTO_BYTES, "at most 20 MB"),
    "a bomb": (png_header(60_000, 60_000) + chunk(b"IDAT", zlib.compress(b"\0" * 9999)), "more than 20 megapixels"),
    "one pixel wide": (png_header(1, 20_000_000) + chunk(b"IDAT", zlib.compress(b"\0" * 9999)), "20,000 pixels a side"),
    "600,000 chunks": (png_header(100, 100) + 600_000 * chunk(b"IDAT", b""), "would take minutes"),
    "an AVIF": (b"\0\0\0\x1cftypavif" + b"\0" * 99, "an AVIF picture"),
    "a HEIC": (b"\0\0\0\x1cftypheic" + b"\0" * 99, "a HEIC picture"),
    "blank paper": (saved(np.full((400, 400), 200, np.uint8)), "no ink"),
    "noise": (saved(np.random.default_rng(0).integers(0, 255, (300, 300), np.uint8)), "no ink"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_without_a_digit_is_refused_by_what_was_expected(name):
    data, message = BAD[name]
    with pytest.raises(PhotoError, match=message) as caught:
        from_photo(data)
    assert str(caught.value).startswith("Expected ") and "\n" not in str(caught.value)


def test_a_picture_is_refused_by_its_header_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(PhotoError, match="megapixels"):
        decode(png_header(MAX_PHOTO_PIXELS // 4000 + 1, 4000) + chunk(b"IDAT", zlib.compress(b"\0" * 9999)))


def test_one_photo_at_a_time_is_read(monkeypatch):
    reading, most = [], []

    def decode(data):
        reading.append(data)
        most.append(len(reading))
        time.sleep(0.01)
        reading.pop()
        raise PhotoError("read")

    monkeypatch.setattr("digits.photo.decode", decode)
    with ThreadPoolExecutor(4) as pool:
        photos = [pool.submit(number_from_photo, b"") for _ in range(8)]
    assert [str(photo.exception()) for photo in photos] == ["read"] * 8 and max(most) == 1


def test_the_largest_photo_takes_less_than_250_mb():
    script = """
import io, resource, numpy as np
from PIL import Image
from digits.photo import PhotoError, number_from_photo
file = io.BytesIO()
Image.new("RGBA", (5000, 4000), (200, 190, 180, 255)).save(file, "PNG")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    number_from_photo(file.getvalue())
except PhotoError:
    pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(result.stdout) < 250, "megabytes more than after making the picture"
