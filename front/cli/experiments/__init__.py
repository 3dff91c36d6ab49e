"""The command ``experiment``: the list of the experiments of history, and one of them run."""
