# A list of segments (ids, is it a target), with the role token split off from the message that it begins.
GMASK, SOP, EOS, NEWLINE = 64790, 64792, 2, 13
ROLES = dict(system=64794, user=64795, assistant=64796, observation=64797)


def chosen(messages, policy):
    wanted = {
        "all": lambda i: True,
        "flags": lambda i: messages[i].get("loss") is not False,
        "last": lambda i: all(m["role"] != "assistant" for m in messages[i + 1 :]),
    }
    if policy not in wanted:
        raise ValueError(policy)
    return [m["role"] == "assistant" and wanted[policy](i) for i, m in enumerate(messages)]


def build(messages, policy="all", max_length=None):
    roles = [m["role"] for m in messages]
    if set(roles) - set(ROLES) or "system" in roles[1:]:
        raise ValueError("roles")
    learned = chosen(messages, policy)
    segments = [([GMASK, SOP], False)]
    for message, this, before in zip(messages, learned, [False, *learned]):
        segments.append(([ROLES[message["role"]]], before))
        segments.append((list(message.get("metadata") or ()) + [NEWLINE] + message["content"], this))
    segments.append(([EOS], bool(learned) and learned[-1]))
    pairs = [(t, t if target else -100) for ids, target in segments for t in ids][:max_length]
    ids, labels = (list(column) for column in zip(*pairs))
    if set(labels) == {-100}:
        raise ValueError("no target")
    return dict(labels=labels, input_ids=ids)
