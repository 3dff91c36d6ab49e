"""Rules of one's own: written in plain Python, traced once, carried as graphs, followed by every engine."""
