"""Quantities that a spec varies: the distributions that they may have, and the rules that a choice chooses between."""
