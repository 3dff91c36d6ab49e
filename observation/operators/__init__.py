"""Operators on histories: what is counted, summed and compared, in sums that add up over histories."""
