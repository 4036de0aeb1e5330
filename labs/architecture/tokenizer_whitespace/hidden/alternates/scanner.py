# Character by character, with a count of blanks that is written out when something else comes.
def encode(text, linebreak=True, whitespaces=True, max_length=80):
    if not max_length >= 2:
        raise ValueError("max_length")
    out = []
    count = 0
    for c in text + "\0":
        if c == " " and whitespaces:
            count += 1
            if count == max_length:
                out.append("<|blank_" + str(count) + "|>")
                count = 0
            continue
        if count == 1:
            out.append(" ")
        elif count:
            out.append("<|blank_" + str(count) + "|>")
        count = 0
        if c == "\n" and linebreak:
            out.append("<n>")
        elif c == "\t" and whitespaces:
            out.append("<|tab|>")
        else:
            out.append(c)
    return "".join(out)[:-1]


def decode(text, max_length=80):
    if not max_length >= 2:
        raise ValueError("max_length")
    names = {"n": "\n", "|tab|": "\t"}
    names.update((f"|blank_{i}|", " " * i) for i in range(2, max_length + 1))
    head, *rest = text.split("<")
    for part in rest:
        name, bracket, tail = part.partition(">")
        head += names[name] + tail if bracket and name in names else "<" + part
    return head
