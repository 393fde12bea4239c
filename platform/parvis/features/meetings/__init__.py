"""Questions before a general meeting: two channels, two tracks, dates right to the minute."""
