"""The experiments of the claims: the points of a design, and runs added where settings are undecided."""
