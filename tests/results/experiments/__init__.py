"""Tests of the experiments of history."""
