"""The order of the start and of a month, and what a run records."""
