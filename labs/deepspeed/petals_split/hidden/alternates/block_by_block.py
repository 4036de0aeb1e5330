# One request for each block, and a table of which servers hold it; the gradient is attached by a product with the input.
import torch


def assign_blocks(capacities, n_blocks):
    owners = [server for server, room in enumerate(capacities) for _ in range(room)]
    if len(owners) < n_blocks:
        raise ValueError("too little capacity")
    owners, ranges, at = owners[:n_blocks], [], 0
    for server in range(len(capacities)):
        count = owners.count(server)
        ranges.append((at, at + count))
        at += count
    return ranges


class Server:
    def __init__(self, blocks, start):
        self.by_number = {start + i: block.requires_grad_(False) for i, block in enumerate(blocks)}
        self.start, self.end = start, start + len(blocks)

    def inputs(self, x, start, end):
        found = [x.detach()]
        for number in range(start, end):
            found.append(self.by_number[number](found[-1]).detach())
        return found

    def forward(self, x, start, end):
        return self.inputs(x, start, end)[-1]

    def backward(self, x, grad, start, end):
        inputs = self.inputs(x, start, end)
        for number in reversed(range(start, end)):
            with torch.enable_grad():
                x = inputs[number - start].clone().requires_grad_()
                (grad,) = torch.autograd.grad(self.by_number[number](x), x, grad)
        return grad


class RemoteSequential:
    def __init__(self, servers, n_blocks):
        self.table = [[s for s in servers if s.start <= block < s.end] for block in range(n_blocks)]

    def ask(self, block, request):
        while self.table[block]:
            server = self.table[block][0]
            try:
                return request(server)
            except ConnectionError:
                for holders in self.table:
                    if server in holders:
                        holders.remove(server)
        raise ConnectionError(f"block {block}")

    def __call__(self, x):
        inputs = [x.detach()]
        for block in range(len(self.table)):
            inputs.append(self.ask(block, lambda s, b=block: s.forward(inputs[b], b, b + 1)))
        remote = self

        class Whole(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return inputs[-1].clone()

            @staticmethod
            def backward(ctx, grad):
                for block in reversed(range(len(remote.table))):
                    grad = remote.ask(block, lambda s, b=block, g=grad: s.backward(inputs[b], g, b, b + 1))
                return grad

        return Whole.apply(x)


def lm_loss(logits, ids):
    total, count = logits.new_zeros(()), 0
    for row, targets in zip(logits, ids.tolist(), strict=True):
        for t in range(len(targets) - 1):
            if targets[t + 1] != -100:
                total, count = total + row[t].logsumexp(0) - row[t, targets[t + 1]], count + 1
    return total / count
