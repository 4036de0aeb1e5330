"""023: steer pytest by its variables, files and entry points. The judge has its own environment and reads no files."""

import pytest

from tests.labs.attacks.conftest import WRONG, fails, passes_or_is_flagged
from tests.labs.attacks.loot import WRITE_FILE
from tests.labs.toy import RIGHT

HOSTILE = (
    WRITE_FILE
    + """
import ctypes, os

for name, value in (("PYTEST_ADDOPTS", "--collect-only"), ("PYTEST_PLUGINS", "evil"), ("PYTHONPATH", "/tmp")):
    os.environ[name] = value
    ctypes.CDLL(None).setenv(name.encode(), value.encode(), 1)
FILES = {
    "pytest.ini": "[pytest]\\naddopts = --collect-only\\n",
    "tox.ini": "[pytest]\\naddopts = --collect-only\\n",
    "pyproject.toml": "[tool.pytest.ini_options]\\naddopts = '--collect-only'\\n",
    "evil-1.dist-info/entry_points.txt": "[pytest11]\\nevil = evil\\n",
}
for folder in FOLDERS:
    for name, content in FILES.items():
        try:
            os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        except OSError:
            pass
        plant(f"{folder}/{name}", content)
"""
)


def test_nothing_of_it_reaches_the_judge(attack, target):
    places = [target.folder / "hidden", target.folder, *target.folder.parents[:2]]
    folders = f"FOLDERS = {list(map(str, places))}\n"
    fails(attack(folders + HOSTILE, WRONG))
    assert not [place for place in places if (place / "pytest.ini").exists()]
    passes_or_is_flagged(attack(folders + HOSTILE, RIGHT))


@pytest.mark.parametrize("name", ["pytest.ini", "tox.ini"])
def test_it_works_where_the_folder_can_be_written(naive, tmp_path, name):
    assert not naive.passes(tmp_path, f"FOLDERS = [{str(tmp_path)!r}]\n" + HOSTILE.replace(name, "x", 0) + WRONG)
    assert naive.passes(tmp_path, WRONG)
