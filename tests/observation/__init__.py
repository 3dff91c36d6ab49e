"""Tests of the observation layer."""
