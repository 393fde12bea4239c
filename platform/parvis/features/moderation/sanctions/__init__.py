"""Sanctions: warning, read-only, suspension; given by a decision, ended by time or by another."""
