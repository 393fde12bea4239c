"""Notices: what happened to a member's own things, told once in the app and, where due, by mail."""
