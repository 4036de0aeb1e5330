"""003: take the reference and the tests from `sys.modules`. The answer's process has never imported them."""

from tests.labs.attacks.conftest import fails

HOSTILE = """
import gc, importlib, importlib.util, os, sys, types

def look(x=None):
    found = [module for name, module in list(sys.modules.items()) if name == "reference" or is_secret(module)]
    found += [m for m in gc.get_objects() if isinstance(m, types.ModuleType) and (is_secret(m) or is_secret(m.__doc__))]
    folders = sorted({os.path.dirname(path) for path in HIDDEN})
    for folder in folders:
        sys.path[:0] = [folder, os.path.dirname(folder)]
    importlib.invalidate_caches()
    names = [os.path.basename(path).removesuffix(".py") for path in HIDDEN]
    for name in [*names, *("hidden." + name for name in names)]:
        try:
            found.append(importlib.import_module(name))
        except BaseException:
            pass
    for path in HIDDEN:
        try:
            spec = importlib.util.spec_from_file_location("taken", path)
            spec.loader.exec_module(module := importlib.util.module_from_spec(spec))
            found.append(module)
        except BaseException:
            pass
    del sys.path[: 2 * len(folders)]
    return found
"""


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)
