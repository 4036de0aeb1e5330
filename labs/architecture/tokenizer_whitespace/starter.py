"""White space as markers, before and after tokenizing, as in ChatGLM-6B."""


def encode(text: str, linebreak: bool = True, whitespaces: bool = True, max_length: int = 80) -> str:
    """`text` with <n> for newlines, <|tab|> for tabs, and <|blank_2|> to <|blank_max_length|> for runs of blanks.

    Raises ValueError where max_length is below 2.
    """
    raise NotImplementedError("TODO: newlines, tabs, runs of blanks")


def decode(text: str, max_length: int = 80) -> str:
    """`text` with the white space that its markers stand for.

    Raises ValueError where max_length is below 2.
    """
    raise NotImplementedError("TODO: markers back to white space")
