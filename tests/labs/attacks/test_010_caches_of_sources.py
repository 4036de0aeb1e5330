"""010: take source from linecache and code from `__pycache__`. The cache is another process's, the folder denied."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.loot import READ_FILE

HOSTILE = (
    READ_FILE
    + """
import glob, importlib.util, inspect, linecache, marshal, sys, traceback

def look(x=None):
    found = [text for text in map(repr, linecache.cache.values()) if is_secret(text)]
    for path in HIDDEN:
        for source in (linecache.getlines(path), linecache.updatecache(path), traceback.linecache.getlines(path)):
            found += [line for line in source if is_secret(line)]
        try:
            found.append(inspect.getsource(importlib.util.spec_from_file_location("found", path)))
        except Exception:
            pass
        for cache in caches(path):
            for content in contents(cache):
                try:
                    code = marshal.loads(content[16:])
                except Exception:
                    continue
                found += [code] if is_secret(code) or any(map(is_secret, code.co_consts)) else []
    return found

def caches(path):
    folder, name = os.path.split(path)
    stem = name.removesuffix(".py")
    tag = sys.implementation.cache_tag
    yield importlib.util.cache_from_source(path)
    for suffix in (f".{tag}.pyc", f".{tag}.opt-1.pyc", f".{tag}.opt-2.pyc", f".{tag}-pytest-9.0.2.pyc"):
        yield os.path.join(folder, "__pycache__", stem + suffix)
    yield from glob.glob(os.path.join(folder, "__pycache__", "*"))
"""
)


def test_a_wrong_answer_finds_nothing(heist):
    fails(heist(HOSTILE))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert naive.gives_away(tmp_path, HOSTILE)
