"""The charter's workshop: a draft is written, tried, rehearsed on real words, and published."""
