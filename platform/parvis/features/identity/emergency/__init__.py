"""Emergency administrators: the way in for the day on which no provider answers."""
