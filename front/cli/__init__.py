"""The command ``tredegar``: its options, what it prints, and the status it ends with."""
