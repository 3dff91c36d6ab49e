"""The NumPy and CuPy engine: the rules over arrays of runs."""
