"""Omniglot's drawings are read exactly, and damage is named by its file and line."""

from __future__ import annotations

import zipfile

import pytest

from training.data import characters
from training.data.characters import read_omniglot
from training.data.dataset import DataError

DRAWING = "START\n1.5,-2,0\n3,-4.25,15\nBREAK\n0,0,90\n0,-7,120\nBREAK\n"


@pytest.fixture
def write(tmp_path):
    """Writes an archive of drawings by name; returns its path."""

    def to_file(texts: dict[str, str]):
        path = tmp_path / "strokes.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in texts.items():
                archive.writestr(name, text)
        return path

    return to_file


def test_a_small_archive_is_read_exactly(write):
    path = write({"set/Greek/character07/0311_12.txt": DRAWING, "set/Greek/character07/.DS_Store": "x"})
    (character,) = read_omniglot(path)
    assert (character.sign, character.writer) == ("Greek/character07", "Greek/12")
    assert [stroke.tolist() for stroke in character.strokes] == [[[1.5, 2], [3, 4.25]], [[0, 0], [0, 7]]]


def test_what_a_mac_adds_to_an_archive_is_passed_over(write):
    path = write(
        {
            "__MACOSX/set/Greek/character07/0311_12.txt": "no drawing",
            "set/Greek/character07/0311_12.txt": DRAWING,
        }
    )
    assert len(read_omniglot(path)) == 1


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("START\n1,2\nBREAK\n", 2, "expected x,y,milliseconds, got '1,2'"),
        ("START\n1,2,3\nx,y,z\nBREAK\n", 3, "expected x,y,milliseconds"),
        ("START\nnan,2,3\nBREAK\n", 2, "expected x,y,milliseconds"),
        ("START\n1,2,3\n4,5,6\n", 3, "expected BREAK after a stroke"),
        ("", 0, "expected BREAK after a stroke"),
    ],
)
def test_damage_is_named_by_file_and_line(write, text, line, problem):
    path = write({"set/Greek/character07/0311_12.txt": text})
    with pytest.raises(DataError) as caught:
        read_omniglot(path)
    assert f"{path}, set/Greek/character07/0311_12.txt, line {line}: {problem}" in str(caught.value)


def test_an_archive_of_something_else_is_refused(write, tmp_path):
    with pytest.raises(DataError, match=r"expected drawings named .* found none; get it again"):
        read_omniglot(write({"letters/a.txt": DRAWING}))
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DataError, match="cannot be read"):
        read_omniglot(tmp_path / "broken.zip")


def test_a_missing_archive_says_where_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGIT_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"no omniglot/strokes_background_small1\.zip in .*brendenlake/omniglot"):
        characters.omniglot()
