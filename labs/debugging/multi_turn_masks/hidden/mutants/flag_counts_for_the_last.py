# killed-by: last
# mistake: flags-misread
# The last message too is learned only where its flag allows it.
IGNORED = -100
GMASK, SOP, EOS, NEWLINE = 64790, 64792, 2, 13
ROLES = {"system": 64794, "user": 64795, "assistant": 64796, "observation": 64797}


def build(messages, policy="all", max_length=None):
    if policy not in ("last", "all", "flags"):
        raise ValueError(f"unknown policy {policy!r}")
    last = max((i for i, message in enumerate(messages) if message["role"] == "assistant"), default=None)

    input_ids, mask = [GMASK, SOP], [False, False]
    for i, message in enumerate(messages):
        role = message["role"]
        if role not in ROLES or (role == "system" and i > 0):
            raise ValueError(f"message {i} cannot be of role {role!r}")
        learned = role == "assistant"
        if policy == "last":
            learned = i == last and message.get("loss", True)
        if policy == "flags":
            learned = learned and message.get("loss", True)
        tokens = [ROLES[role], *message.get("metadata", []), NEWLINE, *message["content"]]
        input_ids += tokens
        mask += [learned] * len(tokens)
    input_ids.append(EOS)
    mask = [False] + mask

    input_ids, mask = input_ids[:max_length], mask[:max_length]
    labels = [token if learned else IGNORED for token, learned in zip(input_ids, mask)]
    if all(label == IGNORED for label in labels):
        raise ValueError("nothing would be learned")
    return {"input_ids": input_ids, "labels": labels}
