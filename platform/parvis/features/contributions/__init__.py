"""What members write: immutable revisions, and a pointer to the one that readers see."""
