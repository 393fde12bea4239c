"""What the pages and the API read, by screen: meeting, question, own, board, case, public."""
