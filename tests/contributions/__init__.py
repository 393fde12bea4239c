"""What becomes of words: revisions, the live pointer, masks and marks."""
