"""The replay of one run of a store: the politics of it, month by month."""
