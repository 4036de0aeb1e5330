"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `arguments` may hold linebreak, whitespaces and
max_length; what it does not hold is left to your defaults.
"""


def encode(answer, text, **arguments):
    """The text with markers, or None where encode raises a ValueError."""
    try:
        return answer.encode(text, **arguments)
    except ValueError:
        return None


def decode(answer, text, **arguments):
    """The text with white space, or None where decode raises a ValueError."""
    try:
        return answer.decode(text, **arguments)
    except ValueError:
        return None


def round_trip(answer, texts, **arguments):
    """Each text encoded and decoded."""
    return [answer.decode(answer.encode(text, **arguments), **arguments) for text in texts]
