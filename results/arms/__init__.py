"""Arms: sweeps of the same points joined along a new dimension, and what one arm changes against another."""
