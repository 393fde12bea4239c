"""`make bench`: Parvis against the floor of performance.md, as ratios in one run."""
