# Renders first and notes where each message lies; then fills labels span by span, one place to the right.
HEAD, NEWLINE, EOS = [64790, 64792], 13, 2
TOKEN = {"system": 64794, "user": 64795, "assistant": 64796, "observation": 64797}


def render(messages):
    ids, spans = list(HEAD), []
    for number, message in enumerate(messages):
        role = message["role"]
        if role == "system" and number:
            raise ValueError("second system message, or a late one")
        try:
            token = TOKEN[role]
        except KeyError:
            raise ValueError(f"no such role: {role}") from None
        start = len(ids)
        ids.append(token)
        ids.extend(message.get("metadata", ()))
        ids.append(NEWLINE)
        ids.extend(message["content"])
        spans.append((start, len(ids)))
    ids.append(EOS)
    return ids, spans


def build(messages, policy="all", max_length=None):
    ids, spans = render(messages)
    answers = [i for i, m in enumerate(messages) if m["role"] == "assistant"]
    match policy:
        case "all":
            pass
        case "last":
            answers = answers[-1:]
        case "flags":
            answers = [i for i in answers if messages[i].get("loss", True)]
        case _:
            raise ValueError("policy")
    labels = [-100] * len(ids)
    for start, stop in (spans[i] for i in answers):
        labels[start + 1 : stop + 1] = ids[start + 1 : stop + 1]
    if max_length is not None:
        del ids[max_length:], labels[max_length:]
    if not any(label != -100 for label in labels):
        raise ValueError("no label")
    return {"input_ids": ids, "labels": labels}
