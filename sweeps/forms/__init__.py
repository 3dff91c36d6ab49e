"""Forms of a spec: keywords and tables of Python, texts and files that say the same, descriptions for a notebook."""
