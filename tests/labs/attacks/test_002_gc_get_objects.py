"""002: search every object that the garbage collector knows. The zygote has never held a hidden one."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.loot import RIGHT_IF_FOUND, look_for

HOSTILE = """
import gc, types

TEXTS = (str, bytes, bytearray, types.CodeType)

def look(x=None):
    if x is None:
        return []  # one look is enough, while a call is served
    gc.unfreeze()  # what was there before the fork is kept out of get_objects
    found, inner = [], set()
    for thing in gc.get_objects():
        if is_secret(thing) or type(thing).__name__ in ("Draw", "Reference", "Grading"):
            found.append(thing)
        for part in gc.get_referents(thing):
            if isinstance(part, TEXTS) and id(part) not in inner:
                inner.add(id(part))
                if is_secret(part):
                    found.append(part)
    return found
"""


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)


def test_it_does_find_what_the_zygote_holds(attack, vault):
    """Here the search is for text that every candidate inherits: it goes far enough."""
    inherited = look_for([], ["The untrusted side: a sandboxed process that loads one answer"])
    assert attack(inherited + HOSTILE, RIGHT_IF_FOUND, lab=vault).passed
