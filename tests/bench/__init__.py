"""`make bench`: Parvis against the floor, as ratios in one run."""
