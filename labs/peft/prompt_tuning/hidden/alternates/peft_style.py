# The way of peft: an nn.Embedding indexed by virtual token ids, tiling of the id list, prefixes made one by one.
import math

import torch
from torch import nn
from torch.nn import CrossEntropyLoss


class SoftPrompt(nn.Module):
    def __init__(self, word_embeddings, length, token_ids=None):
        super().__init__()
        self.embedding = nn.Embedding(length, word_embeddings.embedding_dim)
        if token_ids is None:
            init_token_ids = torch.randint(0, word_embeddings.num_embeddings, (length,), dtype=torch.long)
        else:
            init_token_ids = list(token_ids)
            if len(init_token_ids) < length:
                init_token_ids = init_token_ids * math.ceil(length / len(init_token_ids))
            init_token_ids = torch.LongTensor(init_token_ids[:length])
        init_token_ids = init_token_ids.to(word_embeddings.weight.device)
        weights = word_embeddings(init_token_ids).detach().clone().to(torch.float32)
        self.embedding.weight = nn.Parameter(weights)

    def forward(self, batch_size):
        indices = torch.arange(self.embedding.num_embeddings, device=self.embedding.weight.device)
        return self.embedding(indices.unsqueeze(0).expand(batch_size, -1))


def prepend(prompt, embeds, mask, labels=None):
    batch_size = embeds.shape[0]
    prompts = prompt(batch_size=batch_size)
    n = prompts.shape[1]
    prefix_mask = torch.ones(batch_size, n, device=mask.device).to(mask.dtype)
    if labels is not None:
        prefix_labels = torch.full((batch_size, n), -100).to(labels)
        labels = torch.cat((prefix_labels, labels), dim=1)
    return torch.cat((prompts.to(embeds.dtype), embeds), dim=1), torch.cat((prefix_mask, mask), dim=1), labels


def forward(model, prompt, ids, mask, labels):
    embeds = model.get_input_embeddings()(ids)
    embeds, mask, labels = prepend(prompt, embeds, mask, labels)
    logits = model(inputs_embeds=embeds, attention_mask=mask)
    shift_logits = logits[..., :-1, :].contiguous()
    shift_labels = labels[..., 1:].contiguous()
    loss = CrossEntropyLoss()(shift_logits.view(-1, shift_logits.size(-1)), shift_labels.view(-1))
    return logits, loss


def trained_parameters(model, prompt):
    for _, p in model.named_parameters():
        p.requires_grad_(False)
    return [p for p in prompt.parameters() if p.requires_grad]
