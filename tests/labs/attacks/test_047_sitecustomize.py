"""047: have code run in every later interpreter. No folder is writable, and the judge's interpreter is isolated."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, WRITE, lab_at

HOSTILE = (
    WRITE
    + """
for name in ("sitecustomize.py", "usercustomize.py", "ropes-attack.pth", "__pycache__/sitecustomize.cpython-311.pyc",
             "conftest.py", ".pdbrc", ".pythonrc", "pyvenv.cfg", "python311._pth", "ropes-attack.egg-link"):
    plant(name, b"import os  # ropes-attack")
for existing in (os.path.join(sys.prefix, "pyvenv.cfg"), os.__file__, sys.modules["site"].__file__, sys.executable):
    attempt(open, existing, "r+b")
    attempt(os.replace, existing, existing)
os.environ.update(PYTHONSTARTUP="/tmp/ropes-attack", PYTHONPATH="/tmp/ropes-attack", PYTHONINSPECT="1")
"""
)


def test_nothing_can_be_planted(attack, target):
    fails(attack(lab_at(target) + HOSTILE, RIGHT_IF_DONE))
