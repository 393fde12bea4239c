"""Why a directory's word is not taken. Each becomes an answer of the protocol (scim/answers.py)."""

from parvis.core.errors import AppError


class WordRefused(AppError):
    """What a directory said of somebody cannot be shown. `attribute` is the one at fault.

    The message is for whoever runs the directory, in English like the protocol.
    """

    status, code = 400, "invalid_value"

    def __init__(self, attribute: str, message: str) -> None:
        super().__init__(message)
        self.attribute = attribute


class CharterRefused(WordRefused):
    """The charter in force does not let these words be shown to members."""

    code = "charter_refused"
