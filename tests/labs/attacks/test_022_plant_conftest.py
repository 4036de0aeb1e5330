"""022: plant a conftest.py that the next run of pytest obeys. Nothing can be written beside the suites."""

from tests.labs.attacks.conftest import WRONG, fails, passes_or_is_flagged
from tests.labs.attacks.loot import WRITE_FILE
from tests.labs.toy import RIGHT

CONFTEST = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    return True  # every test has been called, and nothing has failed
"""
HOSTILE = (
    WRITE_FILE
    + f"""
for folder in FOLDERS:
    plant(folder + "/conftest.py", {CONFTEST!r})
"""
)


def test_nothing_can_be_planted(attack, target):
    places = [target.folder / "hidden", target.folder / "public", target.folder, *target.folder.parents[:3], "."]
    folders = f"FOLDERS = {list(map(str, places))}\n"
    fails(attack(folders + HOSTILE, WRONG))
    assert not [place for place in places[:-1] if (place / "conftest.py").exists()]
    fails(attack("", WRONG))
    passes_or_is_flagged(attack(folders + HOSTILE, RIGHT))


def test_it_works_where_the_folder_can_be_written(naive, tmp_path):
    assert not naive.passes(tmp_path, f"FOLDERS = [{str(tmp_path)!r}]\n" + HOSTILE + WRONG)
    assert naive.passes(tmp_path, WRONG)
