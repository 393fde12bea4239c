"""What is wrong with a charter's text, in the reader's language: its checks speak English."""


def told(message: str, locale: str) -> str:  # noqa: ARG001 -- TODO
    """Return a complaint about a line in the reader's language."""
    return message[:1].upper() + message[1:]
