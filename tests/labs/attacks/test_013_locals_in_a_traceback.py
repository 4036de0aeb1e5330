"""013: take the tests' locals from a traceback. A traceback ends at the process; no text of one enters a verdict."""

import pytest

from tests.labs.attacks.conftest import fails
from tests.labs.toy import RIGHT

HOSTILE = """
import gc, sys, types

CAUGHT = []
for hook in ("excepthook", "unraisablehook"):
    setattr(sys, hook, lambda *arguments: CAUGHT.append(arguments[-1]))

def look(x=None):
    try:
        raise ValueError("for its traceback")
    except ValueError as error:
        pending = [error.__traceback__]
        while error := error.__context__ or error.__cause__:
            pending.append(error.__traceback__)
    gc.unfreeze()
    pending += [sys.exc_info()[2], getattr(sys, "last_traceback", None)]
    pending += [trace for trace in gc.get_objects() if isinstance(trace, types.TracebackType)]
    pending += [caught for caught in CAUGHT if isinstance(caught, types.TracebackType)]
    found, seen = [], set()
    while pending:
        trace = pending.pop()
        if trace is None or id(trace) in seen:
            continue
        seen.add(id(trace))
        pending.append(trace.tb_next)
        frame = trace.tb_frame
        while frame is not None:
            found += [value for name, value in frame.f_locals.items() if name == "expected" or is_secret(value)]
            frame = frame.f_back
    return found
"""
SHOWING = """
class Shown(Exception):
    def __init__(self, x):
        super().__init__("7777777", x.tolist())
        self.add_note("7777777" + str(x.tolist()))

def double(x):
    seen_7777777 = x.tolist()
    try:
        raise Shown(x)
    except Shown as error:
        raise {error} from error
"""


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)


@pytest.mark.parametrize("error", ["Shown(x)", "AssertionError(str(seen_7777777))", "KeyError(7777777)", "error"])
def test_the_verdict_shows_no_locals(attack, error):
    verdict = attack(SHOWING.format(error=error))
    assert not verdict.passed
    assert "7777777" not in verdict.model_dump_json(exclude={"sha256", "seed"})


def test_a_right_answer_passes(attack):
    assert attack(HOSTILE.replace("is_secret(value)", "False"), RIGHT).passed
