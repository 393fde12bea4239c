"""Ready-made reasons: what moderators may put into a letter, by clause, action and language."""
