"""Statistics of runs: means and their intervals by what is uncertain in them, chance and the choice of points."""
