"""The hidden suite. Everything is whole numbers, so everything is compared exactly."""

import pytest

from labs.grading.suite import judges

IGNORED = -100
ROLE_TOKENS = {64794, 64795, 64796, 64797}
TURNS = "user assistant user assistant observation assistant user assistant"


def talk(draw, roles, **more):
    """Messages of these roles with random contents; of some the content is a single token."""
    return [
        {"role": role, "content": draw.integers(100, 120, draw.integer(1, 6)).tolist(), **more}
        for role in roles.split()
    ]


def lists(sample):
    """The two lists of a sample, whatever it is."""
    assert type(sample) is dict
    assert sorted(sample) == ["input_ids", "labels"]
    for name in ("input_ids", "labels"):
        assert type(sample[name]) is list
        assert all(type(value) is int for value in sample[name])
    return sample["input_ids"], sample["labels"]


def assert_sample(actual, expected):
    lists(actual)
    assert actual == expected


@judges("layout")
def test_ids_follow_the_template(candidate, reference, draw):
    for roles in (TURNS, "system " + TURNS, "user assistant", "assistant"):
        messages = talk(draw, roles)
        messages[0]["metadata"] = [7, 8]
        assert lists(candidate.build(messages))[0] == reference.build(messages)["input_ids"]


@judges("all-turns")
def test_every_assistant_message_is_learned(candidate, reference, draw):
    for roles in (TURNS, "system " + TURNS, "user assistant", "assistant"):
        messages = talk(draw, roles)
        for policy in ({"policy": "all"}, {}):
            assert_sample(candidate.build(messages, **policy), reference.build(messages, **policy))


@judges("all-turns")
def test_flags_do_not_count_where_all_are_learned(candidate, reference, draw):
    messages = talk(draw, TURNS, loss=False)
    assert_sample(candidate.build(messages, policy="all"), reference.build(messages, policy="all"))


@judges("ends")
def test_role_tokens_belong_to_the_message_that_they_end(candidate, reference, draw):
    messages = talk(draw, "user assistant assistant observation assistant user user assistant user")
    for i in (1, 4, 7):
        messages[i]["loss"] = False
    for policy in ("all", "flags", "last"):
        ids, labels = lists(candidate.build(messages, policy=policy))
        expected = reference.build(messages, policy=policy)
        at = [t for t, token in enumerate(expected["input_ids"]) if token in ROLE_TOKENS or token == 2]
        assert len(ids) == len(labels) == len(expected["labels"])
        assert [labels[t] for t in at] == [expected["labels"][t] for t in at]


@judges("ends")
def test_eos_is_learned_where_it_ends_a_learned_message(candidate, draw):
    for roles, policy, end in (
        ("user assistant", "all", 2),
        ("user assistant user", "all", IGNORED),
        ("user assistant observation", "last", IGNORED),
    ):
        assert lists(candidate.build(talk(draw, roles), policy=policy))[1][-1] == end


@judges("other-roles")
@pytest.mark.parametrize("policy", ["all", "flags", "last"])
def test_what_others_say_is_never_learned(candidate, reference, draw, policy):
    messages = talk(draw, "system user assistant observation assistant user observation", loss=True)
    _, labels = lists(candidate.build(messages, policy=policy))
    expected = reference.build(messages, policy=policy)
    inputs = [t for t, label in enumerate(expected["labels"]) if label == IGNORED]
    assert len(labels) == len(expected["labels"])
    assert all(labels[t] == IGNORED for t in inputs)


@judges("flags")
def test_a_flag_decides_for_its_own_message(candidate, reference, draw):
    messages = talk(draw, TURNS)
    for i, loss in ((1, True), (3, False), (5, True)):  # the last has no flag, and is learned
        messages[i]["loss"] = loss
    assert_sample(candidate.build(messages, policy="flags"), reference.build(messages, policy="flags"))


@judges("flags")
def test_without_flags_all_are_learned(candidate, reference, draw):
    messages = talk(draw, TURNS)
    assert_sample(candidate.build(messages, policy="flags"), reference.build(messages, policy="flags"))


@judges("last")
@pytest.mark.parametrize("roles", [TURNS, "user assistant", "user assistant user assistant observation"])
def test_only_the_last_assistant_message(candidate, reference, draw, roles):
    messages = talk(draw, roles, loss=False)
    assert_sample(candidate.build(messages, policy="last"), reference.build(messages, policy="last"))


@judges("metadata")
def test_the_called_tool_is_read_and_learned(candidate, reference, draw):
    messages = talk(draw, "system user assistant observation assistant user assistant")
    messages[2]["metadata"] = draw.integers(200, 220, 3).tolist()
    messages[4]["metadata"] = []
    messages[6]["metadata"] = draw.integers(200, 220, 1).tolist()
    assert_sample(candidate.build(messages), reference.build(messages))


@judges("metadata")
def test_a_message_may_be_empty(candidate, reference, draw):
    messages = talk(draw, "user assistant observation assistant")
    messages[1] |= {"metadata": [201], "content": []}
    messages[2]["content"] = []
    assert_sample(candidate.build(messages), reference.build(messages))


@judges("truncation")
@pytest.mark.parametrize("policy", ["all", "last"])
def test_ids_and_labels_stay_aligned(candidate, reference, draw, policy):
    messages = talk(draw, TURNS)
    size = len(reference.build(messages)["input_ids"])
    for max_length in (size + 5, size, size - 1, size - 2):
        arguments = {"policy": policy, "max_length": max_length}
        assert_sample(candidate.build(messages, **arguments), reference.build(messages, **arguments))


@judges("truncation")
def test_cut_inside_an_earlier_turn(candidate, reference, draw):
    messages = talk(draw, TURNS)
    for max_length in range(len(messages[0]["content"]) + 7, 22):
        assert_sample(
            candidate.build(messages, max_length=max_length), reference.build(messages, max_length=max_length)
        )


@judges("one-pass")
def test_one_pass_learns_what_one_sample_for_each_answer_teaches(candidate, draw):
    messages = talk(draw, "system user assistant user assistant observation assistant")
    # The token that ends a message is eos where nothing follows, and the next role token where something does.
    one_pass = [label for label in lists(candidate.build(messages))[1] if label != IGNORED]
    samples = [[label for label in lists(s)[1] if label != IGNORED] for s in candidate.build_prefixes(messages)]
    answers = [message["content"] for message in messages if message["role"] == "assistant"]
    ends = [64795, 64797, 2]
    assert one_pass == [t for answer, end in zip(answers, ends, strict=True) for t in (13, *answer, end)]
    assert samples == [[13, *answer, 2] for answer in answers]


@judges("no-target")
def test_a_sample_without_a_target_is_rejected(candidate, draw):
    messages = talk(draw, "user assistant")
    prompt = 2 + 2 + len(messages[0]["content"]) + 1
    assert candidate.build(talk(draw, "system user observation")) is None
    assert candidate.build([messages[0], messages[1] | {"loss": False}], policy="flags") is None
    assert candidate.build(messages, max_length=prompt) is None
    assert candidate.build(messages, max_length=prompt + 1) is not None


@judges("rejections")
@pytest.mark.parametrize("roles", ["system system user assistant", "user system assistant", "user tool assistant"])
def test_roles_out_of_place_are_rejected(candidate, draw, roles):
    assert candidate.build(talk(draw, roles)) is None


@judges("rejections")
def test_an_unknown_policy_is_rejected(candidate, draw):
    assert candidate.build(talk(draw, "user assistant"), policy="first") is None


@judges("unchanged-input")
def test_messages_are_left_as_they_were(candidate, draw):
    messages = talk(draw, TURNS, loss=True, metadata=[201])
    assert candidate.messages_afterwards(messages, policy="flags", max_length=40) == messages
