"""Forms of a spec: keywords and tables of Python, text and files that say the same, and a page for a notebook."""
