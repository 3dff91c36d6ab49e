"""The care of a store: missing batches, repair, extension, merging, one file, its state."""
