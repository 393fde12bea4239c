"""What members may ask of the data about them: a copy of it, and to be forgotten."""
