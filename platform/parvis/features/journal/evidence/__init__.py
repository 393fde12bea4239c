"""Evidence to take away: receipts of entries, proof files, and the program that verifies both."""
