"""Mistakes in content files are named by file, line and field."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Annotated, Literal

import pytest
from pydantic import Field

from labs.grading import yaml_source
from labs.grading.content import Content, Text
from labs.grading.yaml_source import InvalidFile, Problem, duplicate_keys, line_of, read_model


class Circle(Content):
    type: Literal["circle"]
    radius: float


class Square(Content):
    type: Literal["square"]
    side: Annotated[float, Field(gt=0)]


class Shelf(Content):
    name: str
    title: Text
    shapes: list[Annotated[Circle | Square, Field(discriminator="type")]] = []


GOOD = """\
name: shelf
title:
  en: a shelf
  zh: 架子
shapes:
  - type: circle
    radius: 1
  - type: square
    side: 2
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shelf.yaml"


def problems(path: Path, text: str | bytes) -> list[tuple[int, str, str]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidFile) as caught:
        read_model(path, Shelf)
    assert all(p.file == path for p in caught.value.problems)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [(p.line, p.field, p.message) for p in caught.value.problems]


def test_a_good_file_is_read(path: Path):
    path.write_text(GOOD, encoding="utf-8")
    shelf = read_model(path, Shelf)
    assert shelf.title["zh"] == "架子"
    assert shelf.shapes == [Circle(type="circle", radius=1), Square(type="square", side=2)]
    assert list(duplicate_keys(path)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("name: shelf", "name: [shelf]", 1, "name"),
        ("name: shelf\n", "", 1, "name"),
        ("name: shelf", "nmae: shelf", 1, "nmae"),
        ("  en: a shelf", "  en: ''", 3, "title.en"),
        ("  zh: 架子", "  zn: 架子", 4, "title.zn"),
        ("  zh: 架子\n", "", 2, "title.zh"),
        ("    radius: 1", "    radius: one", 7, "shapes.0.circle.radius"),
        ("    radius: 1", "    radius: 1\n    colour: red", 8, "shapes.0.circle.colour"),
        ("    side: 2", "    side: -2", 9, "shapes.1.square.side"),
        ("    side: 2\n", "", 8, "shapes.1.square.side"),
        ("type: square", "type: triangle", 8, "shapes.1"),
        ("  - type: square\n    side: 2\n", "  - 7\n", 8, "shapes.1"),
    ],
)
def test_file_line_and_field_of_a_mistake(path: Path, old, new, line, field):
    assert old in GOOD
    assert (line, field) in [(at, where) for at, where, _ in problems(path, GOOD.replace(old, new))]


def test_every_mistake_is_named_at_once(path: Path):
    text = GOOD.replace("en: a shelf", "en: 1").replace("radius: 1", "radius: one").replace("side: 2", "side: 0")
    assert [line for line, _, _ in problems(path, text)] == [3, 7, 9]


def test_flow_style_and_aliases_are_found_too(path: Path):
    text = dedent(
        """\
        name: &n shelf
        title: {en: *n, zh: 架子,
                fr: étagère}
        shapes: [{type: circle, radius: 1},
                 {type: circle, radius: none}]
        """
    )
    found = {(line, field) for line, field, _ in problems(path, text)}
    assert found == {(3, "title.fr"), (5, "shapes.1.circle.radius")}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: 'open\n", 2),
        ("name: shelf\n\tzh: x\n", 2),
        ("name: a\n  b: c\n", 2),
        ("name: [1, 2\n", 2),
        ("name: *nowhere\n", 1),
        ("name: !python/object/apply:os.system ['true']\n", 1),
        ("name: a\n---\nname: b\n", 2),
        ("? [a, b]\n: c\n", 1),
        ("name: 2024-13-99\n", 1),
        ("name: \0\n", 1),
    ],
)
def test_what_is_not_yaml_is_named_with_its_line(path: Path, text, line):
    ((at, field, message),) = problems(path, text)
    assert "YAML" in message
    assert field == ""
    assert at == line


@pytest.mark.parametrize("text", ["", "7", "- a\n- b\n", "null"])
def test_what_is_no_mapping_is_named(path: Path, text):
    ((line, field, _),) = problems(path, text)
    assert (line, field) == (1, "")


def test_what_is_not_text_is_named(path: Path, monkeypatch: pytest.MonkeyPatch):
    assert problems(path, b"name: \xff\n") == [(1, "", "not UTF-8")]
    monkeypatch.setattr(yaml_source, "MAX_BYTES", 10)
    assert "larger" in problems(path, GOOD)[0][2]


def test_what_cannot_be_read_is_named(tmp_path: Path):
    for missing in (tmp_path / "absent.yaml", tmp_path):
        for read in (lambda p: read_model(p, Shelf), lambda p: list(duplicate_keys(p))):
            with pytest.raises(InvalidFile) as caught:
                read(missing)
            assert caught.value.problems[0].file == missing


def test_values_are_not_repeated_in_messages(path: Path):
    """A key of a private bank has no business in a log."""
    assert "s3cret" not in str(problems(path, GOOD.replace("radius: 1", "radius: s3cret")))


def test_keys_that_stand_twice_are_found_at_any_depth(path: Path):
    path.write_text(GOOD + "name: again\n", encoding="utf-8")
    assert [(p.line, p.field) for p in duplicate_keys(path)] == [(10, "name")]
    path.write_text(GOOD.replace("    radius: 1", "    radius: 1\n    radius: 2"), encoding="utf-8")
    (problem,) = duplicate_keys(path)
    assert (problem.line, problem.field) == (8, "shapes.0.radius")
    assert str(problem) == f"{path}:8: shapes.0.radius: this key stands twice"


@pytest.mark.parametrize("text", ["a: &x [*x]\n", "a: &x {b: *x}\n", "? [1]\n: 2\n", "", "7"])
def test_looking_for_them_ends(path: Path, text):
    path.write_text(text)
    assert list(duplicate_keys(path)) == []


@pytest.mark.parametrize("text", ["a: 'open\n", "a: *nowhere\n"])
def test_looking_for_them_in_what_is_not_yaml_names_it(path: Path, text):
    path.write_text(text)
    with pytest.raises(InvalidFile, match="not valid YAML"):
        list(duplicate_keys(path))


def test_the_line_of_a_missing_field_is_its_parents():
    assert line_of(GOOD, ("shapes", 1, "colour")) == 8
    assert line_of(GOOD, ("title", "zh")) == 4
    assert line_of(GOOD, ("shapes", 9)) == 5
    assert line_of(GOOD, ()) == line_of("", ("a",)) == 1


def test_problems_sort_by_file_and_line():
    a, b = Problem(Path("a"), 10, "", ""), Problem(Path("a"), 9, "", "")
    assert sorted([a, b]) == [b, a]
