"""The visible suite: names that can be read off the harness's decoder. The hidden suite judges more."""

from labs.grading.suite import judges

LAYER = ["norm.bias", "norm.weight", "up.bias", "up.weight"]
LAST = [f"layers.2.{name}" for name in LAYER]
REST = ["lm_head.weight", "norm.bias", "norm.weight"]


@judges("what-trains")
def test_the_last_of_three_layers(candidate):
    assert candidate.what_trains(1) == sorted([*LAST, *REST])


@judges("what-trains")
def test_more_layers_than_there_are(candidate):
    assert candidate.refused(4) is True


@judges("optimizer")
def test_matrices_decay_and_vectors_do_not(candidate):
    actual = candidate.optimized(1, 0.5, 0.25)
    assert actual["names"] == sorted([*LAST, *REST])
    matrices = {"layers.2.up.weight", "lm_head.weight"}
    assert actual["settings"] == {name: [0.5, 0.25 if name in matrices else 0.0] for name in [*LAST, *REST]}


@judges("mode")
def test_only_the_last_layer_drops(candidate):
    modules = ["", ".norm", ".up", ".dropout", ".observer"]
    expected = {f"layers.{i}{name}": i == 2 for i in range(3) for name in modules}
    assert candidate.modes(1) == expected | {"drop": False}
