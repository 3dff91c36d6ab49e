"""Commands that ask one question of the whole model, which constants decide and what it foretells; printed tables."""
