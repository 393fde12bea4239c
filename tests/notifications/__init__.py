"""Notices and their mail."""
