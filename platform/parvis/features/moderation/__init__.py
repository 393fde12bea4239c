"""The review queue: what waits for a person, who holds it, and decisions that can be defended."""
