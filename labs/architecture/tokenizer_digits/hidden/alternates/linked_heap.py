# A heap of ranked pairs over a linked list, one merge at a time, as fast implementations do.
import heapq

DIGITS = set("0123456789")


def encode(text, vocab, merges):
    ranks = {}
    for i, pair in enumerate(merges):
        ranks[pair] = i
    out, chunk = [], []
    if text == "":
        return out

    def flush():
        n = len(chunk)
        sym, nxt, prv = list(chunk), list(range(1, n + 1)), list(range(-1, n - 1))
        heap = [(ranks[p], i, p) for i, p in enumerate(zip(sym, sym[1:])) if p in ranks]
        heapq.heapify(heap)
        while heap:
            _, i, pair = heapq.heappop(heap)
            j = nxt[i]
            if sym[i] is None or j >= n or (sym[i], sym[j]) != pair:
                continue
            sym[i], sym[j] = sym[i] + sym[j], None
            nxt[i] = nxt[j]
            if nxt[j] < n:
                prv[nxt[j]] = i
            for left in (prv[i], i):
                if left >= 0 and nxt[left] < n:
                    new = (sym[left], sym[nxt[left]])
                    if new in ranks:
                        heapq.heappush(heap, (ranks[new], left, new))
        out.extend(vocab[s] for s in sym if s is not None)
        chunk.clear()

    for c in " " + text:
        c = "▁" if c == " " else c
        if c in DIGITS:
            flush()
        if c in vocab:
            chunk.append(c)
        else:
            chunk.extend("<0x%02X>" % b for b in c.encode())
        if c in DIGITS:
            flush()
    flush()
    return out


def decode(ids, vocab):
    names = dict(zip(vocab.values(), vocab.keys()))
    parts, run = [], []

    def close():
        if run:
            try:
                parts.append(bytes(run).decode())
            except UnicodeDecodeError:
                parts.extend(["\N{REPLACEMENT CHARACTER}"] * len(run))
            run.clear()

    for i in ids:
        if i not in names:
            raise ValueError(i)
        name = names[i]
        if len(name) == 6 and name.startswith("<0x") and name.endswith(">"):
            run.append(int(name[1:5], 16))
        else:
            close()
            parts.append(" ".join(name.split("▁")))
    close()
    text = "".join(parts)
    return text[1:] if text[:1] == " " else text
