"""049: return at once, and let a thread write the result later. What is compared is what was there when it was sent."""

from tests.labs.attacks.conftest import fails, passes_or_is_flagged

HOSTILE = """
import threading, time, torch
def later(write, seconds):
    def work():
        time.sleep(seconds)
        write()
    threading.Thread(target=work, daemon=True).start()
"""
LATE = """
def double(x):
    y = torch.zeros_like(x)
    later(lambda: y.copy_(x + x), 0.05)
    return y
"""
STREAM = """
import gc, mmap
def double(x):
    y = 3 * x
    def write():  # into whatever memory is shared with the judge
        right = (x + x).numpy().tobytes()
        for memory in gc.get_objects():
            if isinstance(memory, mmap.mmap):
                while True:
                    memory[: len(right)] = right
                    time.sleep(0)
    later(write, 0)
    time.sleep(0.01)
    return y
"""
PENDING = """
def double(x):
    future = torch.jit.fork(torch.add, x, x)
    return future
"""
RIGHT_BESIDE_A_THREAD = """
def double(x):
    later(lambda: time.sleep(99), 0)
    return x + x
"""


def test_a_result_that_comes_too_late_is_none(attack):
    fails(attack(HOSTILE, LATE))


def test_the_memory_that_is_shared_with_the_judge_is_copied_before_it_is_believed(attack):
    fails(attack(HOSTILE, STREAM))


def test_a_promise_is_no_result(attack):
    fails(attack(HOSTILE, PENDING))


def test_a_right_answer_may_leave_a_thread(attack):
    passes_or_is_flagged(attack(HOSTILE, RIGHT_BESIDE_A_THREAD))
