"""Scenario discovery: regions of the parameters, robust settings, their figure."""
