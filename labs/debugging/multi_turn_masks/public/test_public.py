"""The visible suite: a conversation that can be followed by hand. The hidden suite judges more; the brief says what."""

from labs.grading.suite import judges

QUESTION = {"role": "user", "content": [31, 32]}
CALL = {"role": "assistant", "metadata": [41], "content": [42], "loss": False}
RESULT = {"role": "observation", "content": [51]}
ANSWER = {"role": "assistant", "content": [61, 62]}
TALK = [QUESTION, CALL, RESULT, ANSWER]

IDS = [64790, 64792, 64795, 13, 31, 32, 64796, 41, 13, 42, 64797, 13, 51, 64796, 13, 61, 62, 2]
PROMPT = [-100] * 7
CALL_AND_END = [41, 13, 42, 64797]
ANSWER_AND_END = [13, 61, 62, 2]


@judges("one-conversation")
def test_all_assistant_messages_and_their_ends(candidate):
    expected = {"input_ids": IDS, "labels": PROMPT + CALL_AND_END + [-100] * 3 + ANSWER_AND_END}
    assert candidate.build(TALK, policy="all") == expected
    assert candidate.build(TALK) == expected


@judges("policies")
def test_the_last_assistant_message(candidate):
    assert candidate.build(TALK, policy="last") == {"input_ids": IDS, "labels": [-100] * 14 + ANSWER_AND_END}


@judges("policies")
def test_a_flag_says_no(candidate):
    assert candidate.build(TALK, policy="flags") == {"input_ids": IDS, "labels": [-100] * 14 + ANSWER_AND_END}


@judges("cutting")
def test_ids_and_labels_are_cut_alike(candidate):
    expected = {"input_ids": IDS[:12], "labels": PROMPT + CALL_AND_END + [-100]}
    assert candidate.build(TALK, policy="all", max_length=12) == expected
