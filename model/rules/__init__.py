"""The rules: pure functions of records, each stated once; what they add up stands in ``tallies``."""
