"""The journal, read: who did what, when; and the whole story of one subject."""
