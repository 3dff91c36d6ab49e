"""Commands that ask one question of the whole model: which constants decide, what it forecasts."""
