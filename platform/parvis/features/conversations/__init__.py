"""Conversation: the feed, posts and their comments, thanks."""
