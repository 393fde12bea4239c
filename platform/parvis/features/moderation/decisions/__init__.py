"""Decisions: what is asked, what it rests on, what it makes true, and how it is read afterwards."""
