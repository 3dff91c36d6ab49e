"""Python's front door to sweeps and their results: what needs both, which know nothing of each other."""
