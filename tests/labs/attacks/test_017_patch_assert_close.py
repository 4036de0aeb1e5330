"""017: replace `assert_close`, wherever it is bound. The one that compares is bound in another process."""

from tests.labs.attacks.conftest import WRONG, fails, passes_or_is_flagged
from tests.labs.toy import RIGHT

HOSTILE = """
import gc, sys, types

try:
    import labs.grading.suite, torch.testing
except ImportError:
    pass

def content(*args, **kwargs):
    return None

gc.unfreeze()
NAMES = ("assert_close", "assert_equal", "assert_allclose", "assert_array_almost_equal")
for function in gc.get_objects():
    if isinstance(function, types.FunctionType) and function.__name__ in NAMES and not function.__closure__:
        function.__code__ = content.__code__
for module in list(sys.modules.values()):
    for name in NAMES:
        if name in getattr(module, "__dict__", ()):
            setattr(module, name, content)
"""
COMPARE = "torch.testing.assert_close(answer.double(x), reference.double(x))"


def test_a_wrong_answer_fails(attack):
    fails(attack(HOSTILE, WRONG))


def test_a_right_answer_passes(attack):
    passes_or_is_flagged(attack(HOSTILE, RIGHT))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert not naive.passes(tmp_path, WRONG, check=COMPARE)
    assert naive.passes(tmp_path, HOSTILE + WRONG, check=COMPARE)
