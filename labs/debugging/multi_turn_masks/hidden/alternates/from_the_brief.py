# Written from the brief and the starter alone.
"""Ids and labels of a conversation with several turns and tools."""

IGNORED = -100  # a label that counts for nothing
GMASK, SOP, EOS, NEWLINE = 64790, 64792, 2, 13
ROLES = {"system": 64794, "user": 64795, "assistant": 64796, "observation": 64797}


def build(messages, policy="all", max_length=None):
    """Ids and labels of one conversation.

    messages: dicts with "role" and "content" (a list of token ids), and perhaps "metadata" (a list of token ids: the
    tool that is called) and "loss" (a bool).
    policy: which assistant messages are learned: the "last", "all", or by their own "loss" ("flags").
    Returns {"input_ids", "labels"}, two lists of the same length, at most `max_length`.
    Raises ValueError for an unknown policy or role, a system message that is not the first, and no label at all.
    """
    if policy not in ("last", "all", "flags"):
        raise ValueError(f"unknown policy {policy!r}")
    last = max((i for i, message in enumerate(messages) if message["role"] == "assistant"), default=None)

    input_ids, mask = [GMASK, SOP], [False, False]
    before = False  # whether the message before is learned, and with it the token that ends it
    for i, message in enumerate(messages):
        role = message["role"]
        if role not in ROLES or (role == "system" and i > 0):
            raise ValueError(f"message {i} cannot be of role {role!r}")
        learned = role == "assistant" and (
            policy == "all" or (policy == "last" and i == last) or (policy == "flags" and message.get("loss", True))
        )
        written = [*message.get("metadata", []), NEWLINE, *message["content"]]
        input_ids += [ROLES[role], *written]
        mask += [before] + [learned] * len(written)
        before = learned
    input_ids.append(EOS)
    mask.append(before)

    labels = [token if learned else IGNORED for token, learned in zip(input_ids, mask, strict=True)]
    input_ids, labels = input_ids[:max_length], labels[:max_length]
    if all(label == IGNORED for label in labels):
        raise ValueError("nothing would be learned")
    return {"input_ids": input_ids, "labels": labels}
