"""The charter: what a firm's members agree to, and the rules a machine keeps of it."""
