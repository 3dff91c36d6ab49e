"""Experiments of history: what was published of a lever's effect, and the same estimator applied to simulated runs."""
