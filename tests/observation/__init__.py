"""Tests of the observation: operators on histories that are known, and the sums of runs."""
