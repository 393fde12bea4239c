"""The journal’s words for redress: legal notices, appeals, reports of transparency."""

SENTENCES: dict[str, str] = {}

SUBJECTS: dict[str, str] = {}
