"""Observation: the quantities of the record as operators on a history, the same for files and for runs."""
