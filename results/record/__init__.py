"""The record: what the NHS measured, and the model held against it."""
