"""Stores as others meet them: the engine "tredegar" of xarray, and the list of the stores below a folder."""
