"""024: take over pytest's hooks, so that every report says passed. Its hooks are those of the judge's process."""

from tests.labs.attacks.conftest import WRONG, fails, passes_or_is_flagged
from tests.labs.toy import RIGHT

HOSTILE = """
import gc

class Friendly:
    def pytest_pyfunc_call(self, pyfuncitem):
        return True
    def pytest_sessionfinish(self, session):
        session.exitstatus = 0
    def pytest_runtest_makereport(self, item, call):
        call.excinfo = None

try:
    import pytest
    Friendly.pytest_pyfunc_call = pytest.hookimpl(tryfirst=True)(Friendly.pytest_pyfunc_call)
    Friendly.pytest_runtest_makereport = pytest.hookimpl(tryfirst=True)(Friendly.pytest_runtest_makereport)
    import _pytest.reports, _pytest.runner
    _pytest.runner.check_interactive_exception = lambda *arguments: False
    _pytest.reports.TestReport.failed = property(lambda self: False)
    gc.unfreeze()
    for manager in [o for o in gc.get_objects() if type(o).__name__ == "PytestPluginManager"]:
        manager.register(Friendly(), "friendly")
except ImportError:
    pass
try:
    from labs.grading import judge, server, verdict
    judge.Grading.settle = lambda self, name, error: self._outcomes.update({name: (verdict.Outcome.PASSED, None)})
    judge.Grading._judge = lambda self, judged, error: (verdict.Outcome.PASSED, None)
    server._Suite.pytest_runtest_makereport = Friendly.pytest_runtest_makereport
except ImportError:
    pass
"""


def test_a_wrong_answer_fails(attack):
    fails(attack(HOSTILE, WRONG))


def test_a_right_answer_passes(attack):
    passes_or_is_flagged(attack(HOSTILE, RIGHT))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert naive.passes(tmp_path, HOSTILE + WRONG)
