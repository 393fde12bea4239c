"""Rehearsal: a draft judged on the words that members really sent, beside what binds today."""
