"""The machine: compiled code that is kept, libraries that may be missing, threads, notes."""
