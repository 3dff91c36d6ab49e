"""Datasets: coordinates, units, attributes and dates of labelled runs, the same for ``simulate`` and for a store."""
