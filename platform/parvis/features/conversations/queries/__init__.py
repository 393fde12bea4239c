"""Read models: cards, the feed's pages, one post with its comments."""
