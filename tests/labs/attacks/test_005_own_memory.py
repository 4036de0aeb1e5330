"""005: search the process's own memory, by /proc/self/mem or in place. What is inherited from the zygote is clean."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.loot import RIGHT_IF_FOUND, SWEEP, look_for

HOSTILE = (
    SWEEP
    + """
import mmap

def in_place(address, size):
    return (ctypes.c_char * size).from_address(address)

def look(x=None):
    if x is None:
        return b""  # one look is enough, while a call is served
    try:
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            return sweep(lambda address, size: os.pread(memory.fileno(), size, address))
    except OSError:
        return sweep(in_place)
"""
)


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)


def test_it_feels_its_way_without_proc(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE.replace("/proc/", "/none/"))


def test_it_does_find_what_the_zygote_holds(attack, vault):
    """Here the search is for text that every candidate inherits: it goes far enough."""
    inherited = look_for([], ["The untrusted side: a sandboxed process that loads one answer"])
    assert attack(inherited + HOSTILE, RIGHT_IF_FOUND, lab=vault).passed
