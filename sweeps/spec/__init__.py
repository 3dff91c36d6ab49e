"""The spec of a sweep: its text, its checks, its design and the points that this gives."""
