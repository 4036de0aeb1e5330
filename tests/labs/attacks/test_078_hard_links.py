"""078: give a hidden file a second name where it may be read. No name can be made for any file."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, WRITE, lab_at

HOSTILE = (
    WRITE
    + """
def steal(make, hidden, path):
    make(hidden, path)
    try:
        return open(path).read()
    finally:
        os.unlink(path)
def by_descriptor(hidden, path):
    fd = os.open(hidden, os.O_PATH)
    libc("linkat", fd, b"", -100, os.fsencode(path), 0x1000)  # AT_EMPTY_PATH
def by_magic_link(hidden, path):
    fd = os.open(hidden, os.O_PATH)
    libc("linkat", -100, f"/proc/self/fd/{fd}".encode(), -100, os.fsencode(path), 0x400)
for hidden in (os.path.join(LAB[1], "reference.py"), os.path.join(LAB[1], "test_hidden.py"), "/etc/shadow"):
    for folder in (*folders(), os.path.dirname(hidden)):
        for make in (os.link, by_descriptor, by_magic_link):
            attempt(steal, make, hidden, os.path.join(folder, "ropes-attack-078"))
"""
)


def test_none_can_be_made(attack, target):
    fails(attack(lab_at(target) + HOSTILE, RIGHT_IF_DONE))
    assert target.reference.stat().st_nlink == 1
