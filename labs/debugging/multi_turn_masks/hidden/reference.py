"""Labels of a conversation, the reference.

The template is that of ChatGLM3 (build_single_message of its tokenizer; finetune_demo/finetune_hf.py, process_batch):

    [gMASK] sop  (<|role|> metadata newline content) for each message  eos

The loss of a conversation in one pass, over the tokens that the model itself has to write in serving:

    loss = -1/N * sum over the N targets t of log p(token t | tokens before t)

In serving the prompt ends in <|assistant|>. The model then writes metadata, newline, content, and a token that says
that it is done and who speaks next: the role token of the next message, or eos. So the targets of a learned message
are all its tokens but the first, and the token that follows it: those whose predecessor lies in the message. A role
token belongs to the message that it ends, not to the one that it begins.

Causal attention lets each answer see exactly what a sample of its own would show, so one pass learns what one sample
for each answer would teach. What a tool returned (observation) is input, like what a user says.
"""

IGNORED = -100
GMASK, SOP, EOS, NEWLINE = 64790, 64792, 2, 13
ROLES = {"system": 64794, "user": 64795, "assistant": 64796, "observation": 64797}


def build(messages: list[dict], policy: str = "all", max_length: int | None = None) -> dict[str, list[int]]:
    learned = _learned(messages, policy)
    input_ids, labels = [GMASK, SOP], [IGNORED, IGNORED]
    ends_a_learned_message = False
    for i, message in enumerate(messages):
        role = ROLES[message["role"]]
        body = [*message.get("metadata", []), NEWLINE, *message["content"]]
        input_ids += [role, *body]
        labels += [role if ends_a_learned_message else IGNORED]
        labels += body if i in learned else [IGNORED] * len(body)
        ends_a_learned_message = i in learned
    input_ids.append(EOS)
    labels.append(EOS if ends_a_learned_message else IGNORED)

    input_ids, labels = input_ids[:max_length], labels[:max_length]
    if all(label == IGNORED for label in labels):
        raise ValueError("nothing would be learned: the mean loss over no target is NaN")
    return {"input_ids": input_ids, "labels": labels}


def _learned(messages: list[dict], policy: str) -> set[int]:
    """The positions of the messages that are learned."""
    for i, message in enumerate(messages):
        if message["role"] not in ROLES:
            raise ValueError(f"unknown role {message['role']!r}")
        if message["role"] == "system" and i > 0:
            raise ValueError("a system message comes first, once")
    assistant = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
    if policy == "last":
        return set(assistant[-1:])
    if policy == "all":
        return set(assistant)
    if policy == "flags":
        return {i for i in assistant if messages[i].get("loss", True)}
    raise ValueError(f"unknown policy {policy!r}")
