"""Mechanisms that have rivals: sets of rules that can stand in for those that are built in."""
