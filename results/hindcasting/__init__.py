"""The hindcast: a year of monthly access foretold from two years before it, by the model and by naive rivals."""
