"""The visible suite: names and numbers that can be read off the harness's decoder. The hidden suite judges more."""

from labs.grading.suite import judges

QUERY = ["layers.0.self_attn.q_proj", "layers.1.self_attn.q_proj"]


@judges("names")
def test_q_proj_in_both_layers(candidate):
    assert candidate.found(["q_proj"]) == QUERY


@judges("names")
def test_nothing_is_found(candidate):
    assert candidate.refused(["query_key_value"])["find_targets"] is True


@judges("all-linear")
def test_all_linear_layers_but_the_head(candidate):
    names = candidate.found("all-linear", layers=1)
    attention = [f"layers.0.self_attn.{name}" for name in ("q_proj", "k_proj", "v_proj", "q_proj_gate", "o_proj")]
    feed_forward = [f"layers.0.mlp.{name}" for name in ("seq_proj", "experts.0", "experts.1")]
    assert names == [*attention, *feed_forward, "value_proj"]


@judges("what-trains")
def test_the_adapters_train(candidate):
    names = candidate.names_that_train(["q_proj"], 2)
    assert names == [f"{name}.{which}" for name in QUERY for which in ("lora_A", "lora_B")]


@judges("count")
def test_count_of_two_adapters(candidate):
    # q_proj is 6 by 6, so its adapter has 2 (6 + 6) parameters, in each of two layers.
    # A layer: norm 12, attention 36 + 18 + 18 + 36 + 36, feed-forward 60 + 60 + 60. Outside the layers: embedding 78,
    # norm 12, head 78, value_proj 6. Two layers and all the rest make 846, and 48 are added.
    assert candidate.counts_with_adapters(["q_proj"], 2) == [48, 894]
