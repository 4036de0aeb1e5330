"""018: make the reference wrong, in memory and on the disk. It is in the judge's memory; nothing can be written."""

from tests.labs.attacks.conftest import WRONG, fails, passes_or_is_flagged
from tests.labs.attacks.loot import WRITE_FILE
from tests.labs.toy import RIGHT

HOSTILE = (
    WRITE_FILE
    + """
import gc, sys, types

def wrong(x):
    return 3 * x

gc.unfreeze()
for function in gc.get_objects():
    if isinstance(function, types.FunctionType) and function.__module__ == "reference":
        function.__code__ = wrong.__code__
for module in list(sys.modules.values()):
    if "reference" in (getattr(module, "__name__", ""), os.path.basename(str(getattr(module, "__file__", "")))[:-3]):
        module.double = wrong
try:
    from labs.grading import proxies
    proxies.Reference.__getattr__ = lambda self, name: lambda x: wrong(x)
    proxies.load_reference = lambda lab: types.SimpleNamespace(double=wrong, input_after=lambda x: x)
except ImportError:
    pass
PLANTED = plant(REFERENCE, "def double(x):\\n    return 3 * x\\n")
"""
)


def test_a_wrong_answer_fails(attack, target):
    before = target.reference.read_bytes()
    fails(attack(f"REFERENCE = {str(target.reference)!r}\n" + HOSTILE, WRONG))
    assert target.reference.read_bytes() == before


def test_a_right_answer_passes(attack, target):
    passes_or_is_flagged(attack(f"REFERENCE = {str(target.reference)!r}\n" + HOSTILE, RIGHT))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    path = tmp_path / "reference.py"
    assert not naive.passes(tmp_path, WRONG)
    assert naive.passes(tmp_path, f"REFERENCE = {str(path)!r}\n" + HOSTILE + WRONG)
    assert "3 * x" in path.read_text()
