"""The page in the browser (``tredegar app``): one country, levers to move, and what follows."""
