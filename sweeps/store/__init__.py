"""The writing side of a store: its layout, its batches, files that survive a loss of power, the log."""
