"""Communities: places with their own visibility and way of joining."""
