"""A batch of runs: its points, its memory and its records, which all engines share."""
