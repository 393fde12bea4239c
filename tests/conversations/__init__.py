"""The feed, posts and comments, through HTTP."""
