"""001: walk the frames. The frames of the tests, the reference and the judge are those of other processes."""

from tests.labs.attacks.conftest import fails

HOSTILE = """
import sys, threading, types

def look(x=None):
    found = []
    pending = [*sys._current_frames().values(), sys._getframe()]
    for hook in (sys.gettrace(), sys.getprofile(), sys.excepthook, sys.displayhook, threading.excepthook):
        pending.append(getattr(getattr(hook, "__self__", None), "gi_frame", None))
    while pending:
        frame = pending.pop()
        if frame is None:
            continue
        pending.append(frame.f_back)
        if is_secret(frame.f_code):
            found.append(frame)
        for names in (frame.f_locals, frame.f_globals):
            for name, value in list(names.items()):
                if name in ("expected", "reference", "seed") or is_secret(value):
                    found.append(value)
                if isinstance(value, (types.GeneratorType, types.CoroutineType)):
                    pending.append(getattr(value, "gi_frame", getattr(value, "cr_frame", None)))
    return found
"""


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)
