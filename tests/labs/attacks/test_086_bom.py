"""086: a byte-order mark in front. That of UTF-8 is read, as Python does; any other is no source."""

import codecs

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.toy import RIGHT


def test_the_mark_of_utf_8_is_read(attack):
    assert attack(codecs.BOM_UTF8 + RIGHT.encode()).passed
    assert attack(codecs.BOM_UTF8 + RIGHT.replace("\n", "\r\n").encode()).passed
    fails(attack(codecs.BOM_UTF8 + WRONG.encode()))


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_characters_are_no_source(attack, coding):
    fails(attack(f"\ufeff{RIGHT}".encode(coding)), Fault.UNREADABLE)


@pytest.mark.parametrize(
    "source",
    [
        codecs.BOM_UTF8 * 2 + RIGHT.encode(),
        RIGHT.encode() + codecs.BOM_UTF8,
        codecs.BOM_UTF8 + b"# coding: latin-1\n" + RIGHT.encode(),
        codecs.BOM_UTF16 + RIGHT.encode(),
    ],
    ids=["twice", "behind", "declared otherwise", "of another coding"],
)
def test_a_mark_out_of_place_is_unreadable(attack, source):
    fails(attack(source), Fault.UNREADABLE)


@pytest.mark.parametrize("source", [b"", codecs.BOM_UTF8], ids=["nothing", "nothing but a mark"])
def test_an_empty_source_has_no_functions(attack, source):
    fails(attack(source), Fault.RAISED)
