"""The report of a sweep: one page, its figures, its data and where they come from."""
