"""088: import oneself, half made, or what is not there. It is unreadable, or an error where a call does it."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import RIGHT

IMPORTS = [
    "from answer import double\n",
    "import answer\nanswer.double\n",
    "import importlib, answer\nimportlib.reload(answer)\n",
    "import runpy\nrunpy.run_module('answer')\n",
    "import runpy\nrunpy.run_path(__file__)\n",
    "from harness import double\n",
    "from reference import double\n",
    "from . import double\n",
    "import no_such_module_of_anybody\n",
    "__import__('answer').__getattribute__('double')\n",
    "exec(compile(open(__file__).read(), __file__, 'exec'))\n",
]


@pytest.mark.parametrize("source", IMPORTS)
def test_at_import_it_is_unreadable(attack, source):
    fails(attack(source, RIGHT), Fault.UNREADABLE)


def test_in_a_call_it_is_an_error(attack):
    fails(attack("", "def double(x):\n    from answer import no_such\n"), Fault.RAISED)
    fails(
        attack("", "def double(x):\n    import harness, answer\n    return harness.double(answer, x)\n"), Fault.RAISED
    )


def test_importing_oneself_does_no_harm(attack):
    assert attack("import answer\n", RIGHT).passed
