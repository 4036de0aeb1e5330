"""033: replay recorded outputs. The seed is fresh and secret, so a record holds for its own seed and no other."""

import torch

from labs.grading.suite import Draw
from tests.labs.attacks.conftest import fails
from tests.labs.attacks.loot import WRITE_FILE

RECORDED_SEED = "recorded"
KEEP = (
    WRITE_FILE
    + """
import glob, json, sys

PLACES = [folder + "/ropes-attack-record" for folder in ("/tmp", "/dev/shm", "/var/tmp", os.getcwd())]
RECORD = {}
for place in PLACES:
    try:
        RECORD.update(json.load(open(place)))
    except (OSError, ValueError):
        pass
SEEN_BEFORE = bool(RECORD) or hasattr(sys, "ropes_attack_record")

def double(x):
    sys.ropes_attack_record = RECORD[str(x.tolist())] = (x + x).tolist()
    for place in PLACES:
        plant(place, json.dumps(RECORD))
    return x + x if SEEN_BEFORE else 3 * x
"""
)


def replaying(seed: str) -> str:
    """An answer that can do nothing but look up what was recorded under `seed`."""
    inputs = [Draw(seed, f"test_doubles[shape{i}]").normal(*shape) for i, shape in enumerate([(3,), (2, 5)])]
    for i, dtype in enumerate([torch.float16, torch.bfloat16, torch.float64, torch.int64]):
        inputs.append(Draw(seed, f"test_dtype[dtype{i}]").uniform(1, 9, 7, dtype=dtype))
    inputs.append(Draw(seed, "test_input").normal(4))
    record = {str(x.tolist()): (x + x).tolist() for x in inputs}
    return (
        f"import torch\nRECORD = {record!r}\n"
        "def double(x):\n"
        "    known = RECORD.get(str(x.tolist()))\n"
        "    return 3 * x if known is None else torch.tensor(known, dtype=x.dtype)\n"
    )


def test_a_record_is_right_under_its_own_seed_alone(attack):
    answer = replaying(RECORDED_SEED)
    assert attack("", answer, seed=RECORDED_SEED).passed
    fails(attack("", answer))
    fails(attack("", answer, seed="another"))


def test_nothing_can_be_recorded_for_the_next_grading(attack):
    for _ in range(2):
        fails(attack(KEEP))
