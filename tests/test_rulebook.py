"""The hash of the rules changes with what a run computes, and with nothing else: neither words nor the Python."""

from __future__ import annotations

import pytest

from tredegar.model.rulebook import code_of

RULE = '''
def rises(x: float) -> float:
    """Words."""
    return x + 1.0
'''


def test_comments_docstrings_and_layout_do_not_count_and_code_does() -> None:
    reworded = RULE.replace('"""Words."""', '"""Other\n    words."""').replace("+ 1.0", "+  1.0  # one more\n")
    assert code_of(reworded) == code_of(RULE)
    assert code_of(RULE.replace("1.0", "2.0")) != code_of(RULE)
    assert code_of(RULE.replace("return x", "return x if x > 0.0 else x")) != code_of(RULE)


@pytest.mark.parametrize(
    "text",
    [
        'f"{actor}.{name}"',
        "f'{x!r:>{width}} {{}} { y }'",
        '''f"{f'{inner}'} outer"''',
        'rf"\\d{digits}"',
        'f"""two\n{lines}"""',
    ],
)
def test_an_f_string_is_one_token_under_every_python(text: str) -> None:
    """Since 3.12 Python's own tokens of it are many; the hash would then differ from that of 3.11."""
    tokens = code_of(f"a = {text} + b\n")
    assert tokens == f"a = {text} + b <end of line> "
