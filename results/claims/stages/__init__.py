"""The stages of the claims: what further runs the finished stores ask for, and where that choice is kept."""
