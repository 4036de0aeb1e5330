"""015: learn from the time between calls whether the last reply was right. A reply is final, an input never returns."""

from tests.labs.attacks.conftest import fails

HOSTILE = """
import time

FACTORS = [3, 1, -1, 0, 4, 2]
GAPS = []
ENDED = None

def double(x):
    # A wrong value costs the judge an exception: after an unusual pause the next factor is tried.
    global ENDED
    if ENDED is not None:
        GAPS.append(time.perf_counter() - ENDED)
        if GAPS[-1] >= sorted(GAPS)[len(GAPS) // 2]:
            FACTORS.append(FACTORS.pop(0))
    result = x * FACTORS[0]
    ENDED = time.perf_counter()
    return result
"""


def test_a_wrong_answer_learns_too_late(attack):
    fails(attack(HOSTILE))


def test_waiting_for_the_expected_value_gains_nothing(attack):
    """Nothing is computed for an answer until it has replied."""
    wait = "import time\ndef double(x):\n    time.sleep(0.05)\n    return 3 * x\n"
    fails(attack("", wait))
