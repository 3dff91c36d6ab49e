"""Figures: maps, response curves, fans over time, ramps, and the sentence under each."""
