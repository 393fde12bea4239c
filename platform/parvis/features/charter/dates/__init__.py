"""Dated events on screen, and the windows of the charter that follow them."""
