"""Contesting a decision (DSA art. 20): by whom it hit or who had notified, judged by another."""
