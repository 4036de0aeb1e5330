"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `arguments` may hold policy and max_length; what it
does not hold is left to your defaults.
"""

import copy


def build(answer, messages, **arguments):
    """The sample, or None where build raises a ValueError."""
    try:
        return answer.build(messages, **arguments)
    except ValueError:
        return None


def build_prefixes(answer, messages):
    """One sample for each assistant message: the conversation up to it, of which only that message is learned."""
    ends = [i + 1 for i, message in enumerate(messages) if message["role"] == "assistant"]
    return [answer.build(copy.deepcopy(messages[:end]), policy="last") for end in ends]


def messages_afterwards(answer, messages, **arguments):
    """What the messages hold after build."""
    messages = copy.deepcopy(messages)
    answer.build(messages, **arguments)
    return messages
