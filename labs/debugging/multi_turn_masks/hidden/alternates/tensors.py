# The owner of each token in a tensor; a target is a token whose left neighbour belongs to a learned message.
import torch

ROLES = {"system": 64794, "user": 64795, "assistant": 64796, "observation": 64797}


def build(messages, policy="all", max_length=None):
    tokens, owner = [64790, 64792], [-1, -1]
    learned = torch.zeros(len(messages) + 1, dtype=torch.bool)  # the last entry: the tokens of nobody
    for i, m in enumerate(messages):
        if m["role"] == "system" and i:
            raise ValueError("system comes first")
        if m["role"] not in ROLES:
            raise ValueError("role")
        new = [ROLES[m["role"]]] + m.get("metadata", []) + [13] + m["content"]
        tokens.extend(new)
        owner.extend([i] * len(new))
        if m["role"] == "assistant":
            if policy == "last":
                learned[:] = False
                learned[i] = True
            elif policy == "all":
                learned[i] = True
            elif policy == "flags":
                learned[i] = bool(m.get("loss", True))
    if policy not in ("last", "all", "flags"):
        raise ValueError("policy")
    tokens.append(2)
    owner.append(-1)
    ids = torch.tensor(tokens)
    target = learned[torch.tensor(owner)].roll(1)
    labels = ids.where(target, torch.tensor(-100))[:max_length]
    if (labels == -100).all():
        raise ValueError("empty")
    return {"input_ids": ids[:max_length].tolist(), "labels": labels.tolist()}
