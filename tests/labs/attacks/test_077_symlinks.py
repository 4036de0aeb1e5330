"""077: a link in the place of a file: planted by an answer, or handed in as one. None can be made, none is followed."""

import os
from pathlib import Path

import pytest

from labs.grading.answers import UnreadableAnswer, read_answer
from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, WRITE, lab_at

HOSTILE = (
    WRITE
    + """
def link(path, target):
    os.symlink(target, path)
    os.unlink(path)
for folder in folders():
    for target in (os.path.join(LAB[1], "reference.py"), "/etc/shadow", "/", "/dev/zero"):
        attempt(link, os.path.join(folder, "ropes-attack-077"), target)
        attempt(link, os.path.join(folder, "answer.py"), target)
fd = os.open("/tmp", os.O_PATH)
attempt(os.symlink, "/etc/passwd", "ropes-attack-077", dir_fd=fd) and os.unlink("/tmp/ropes-attack-077")
"""
)


def test_none_can_be_made(attack, target):
    fails(attack(lab_at(target) + HOSTILE, RIGHT_IF_DONE))


@pytest.mark.parametrize("absolute", [True, False])
def test_a_link_to_the_reference_is_no_answer(target, tmp_path: Path, absolute):
    """It would be right: whoever hands it in lets the grader read what they may not."""
    link = tmp_path / "answer.py"
    link.symlink_to(target.reference if absolute else os.path.relpath(target.reference, tmp_path))
    with pytest.raises(UnreadableAnswer, match="link"):
        read_answer(str(link))


@pytest.mark.parametrize("where", ["/dev/zero", "/proc/self/mem", "/proc/self/environ", "nowhere", "answer.py", "/"])
def test_a_link_to_anything_else_is_none_either(tmp_path: Path, where):
    link = tmp_path / "answer.py"
    link.symlink_to(where)
    with pytest.raises(UnreadableAnswer, match="link"):
        read_answer(str(link))
