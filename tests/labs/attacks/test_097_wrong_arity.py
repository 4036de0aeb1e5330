"""097: a function that takes other arguments, or gives something else than one value. It is an error, or no match."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails

TAKES_OTHERS = [
    "def double():\n    return 1\n",
    "def double(x, y):\n    return x + y\n",
    "def double(*, x):\n    return x + x\n",
    "double = lambda: 1\n",
    "class double:\n    def __init__(self): pass\n",
    "import torch\nclass double(torch.nn.Module):\n    def forward(self, x): return x + x\n",
]
GIVES_OTHERS = [
    "def double(x, *rest, **named):\n    return x + x, x\n",
    "def double(x):\n    return [x + x]\n",
    "def double(x):\n    return (x + x,)\n",
    "def double(x):\n    return {'y': x + x}\n",
    "def double(x):\n    return (x + x).tolist()\n",
    "def double(x):\n    return (x + x).numpy()\n",
    "def double(x):\n    yield x + x\n",
    "async def double(x):\n    return x + x\n",
    "def double(x):\n    return lambda: x + x\n",
    "def double(x):\n    x + x\n",
    "def double(x):\n    print(x + x)\n",
    "def double(x):\n    return float(x.sum())\n",
    "import torch\ndef double(x):\n    return torch.nn.Parameter(3.0 * x.float())\n",
    "class double:\n    def __init__(self, x): self.y = x + x\n",
]


@pytest.mark.parametrize("answer", TAKES_OTHERS)
def test_other_arguments_are_an_error(attack, answer):
    fails(attack("", answer), Fault.RAISED)


@pytest.mark.parametrize("answer", GIVES_OTHERS)
def test_another_result_is_no_match(attack, answer):
    fails(attack("", answer.replace("(x + x).numpy()", "x.float().add(x).numpy()")))
