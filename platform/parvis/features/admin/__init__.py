"""The tenant admin’s overview: what waits for its reader, and how the space is doing."""
