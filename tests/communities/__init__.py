"""Communities, through HTTP."""
