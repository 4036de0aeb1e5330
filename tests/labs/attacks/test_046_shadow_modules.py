"""046: put other modules in the place of json and torch. The answer's process is its own, and no folder is writable."""

from tests.labs.attacks.conftest import fails, passes_or_is_flagged
from tests.labs.attacks.tools import RIGHT_IF_DONE, WRITE, lab_at
from tests.labs.toy import RIGHT

PLANT = (
    WRITE
    + """
for name in ("json", "torch", "struct", "pytest", "harness", "reference", "test_hidden", "labs", "pyseccomp"):
    for suffix in (".py", ".pyc", ".so"):
        plant(name + suffix, b"raise SystemExit(0)  # ropes-attack")
    attempt(os.mkdir, os.path.join(LAB[0], name))
"""
)
REPLACE = """
import builtins, json, struct, sys, torch, types
class Yes(types.ModuleType):
    def __getattr__(self, name):
        return lambda *args, **kwargs: True
for name in ("json", "struct", "pytest", "_pytest", "harness", "reference", "labs.grading.suite", "labs.grading.judge",
             "labs.grading.proxies", "labs.grading.server"):
    sys.modules[name] = Yes(name)
sys.path[:] = ["/tmp/ropes-attack"]
sys.meta_path.insert(0, Yes("finder"))
sys.path_hooks.clear()
for name in ("assert_close", "rounding_error"):
    if suite := sys.modules.get("labs.grading.suite"):
        setattr(suite, name, lambda *args, **kwargs: None)
"""


def test_nothing_can_be_planted(attack, target):
    fails(attack(lab_at(target) + PLANT, RIGHT_IF_DONE))


def test_a_wrong_answer_among_replaced_modules_fails(attack):
    verdict = attack(REPLACE, "def double(x):\n    return 3 * x\n")
    assert not verdict.passed


def test_a_right_answer_among_them_is_judged(attack):
    passes_or_is_flagged(attack(REPLACE, RIGHT))
