"""The rules as one graph: traced once, printed for every engine, hashed."""
