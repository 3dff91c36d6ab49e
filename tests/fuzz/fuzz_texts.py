"""Texts that mean harm, or that somebody has by accident: markup, control characters, formats, other scripts, sizes."""

from __future__ import annotations

from hypothesis import strategies as st

MARKUP = (
    "<script>window.pwned=1;document.title='pwned'</script>",
    "</script><script>parent.pwned=1</script>",
    '"><img src=x onerror="parent.pwned=1">',
    "'><svg onload='parent.pwned=1'>",
    "<svg/onload=parent.pwned=1>",
    "</title></style></pre></details><iframe srcdoc='<script>parent.parent.pwned=1</script>'>",
    '<a href="javascript:parent.pwned=1">click</a>',
    "javascript:alert(1)",
    "]]><script>parent.pwned=1</script><![CDATA[",
    "--><script>parent.pwned=1</script><!--",
    "<style>@import 'http://127.0.0.1:9/x.css'; body { background: url(http://127.0.0.1:9/x.png) }</style>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "<base href='http://127.0.0.1:9/'><link rel=stylesheet href=x.css>",
    "&lt;script&gt;parent.pwned=1&lt;/script&gt;",
    "&#60;script&#62;&#x0;&amp;amp;",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
)
FORMATS = (
    "{0.__class__.__mro__}", "{", "}", "{{}}", "{name!r:>99999}", "%s%n%d%(x)s", "%", "%%", "$HOME", "${HOME}",
    "$(touch pwned)", "`touch pwned`", "; touch pwned", "| touch pwned", "\\", "\\n", "\\x00", "$x^2$", "$\\frac{$",
    "[bold red]x[/]", "[/]", "[link=http://127.0.0.1:9]x[/link]", ":smile:", "'", '"', "'''", '"""', "#", "=", "a=b",
    "~", "~no-such-user/x", "--help", "-", "--", "@", "@@1", "*", "?", "[a-z]", "=1+1", "=cmd|'/C calc'!A0",
)  # fmt: skip
CONTROLS = (
    "\x00", "\x07", "\x08\x08", "\t", "\n", "\r", "\r\n", "\x0b", "\x0c", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07",
    "\x1b[2J\x1b[H", "\x7f", "\x85", "\x9b31m", "\u200b", "\u202e", "\u2066", "\u2028", "\u2029", "\ufeff", "\ufffe",
    "\ufffd", "\ud800", "\udcff", "\U000e0001", "\U0010ffff", "a\u0300" * 20, "\u00a0", "\u3000", "\u00ad",
)  # fmt: skip
WORDS = (
    "", " ", "nan", "NaN", "inf", "-inf", "infinity", "None", "null", "true", "True", "1_000", "0_1", "1,5", "1e400",
    "-1e400", "1e-400", "0x10", "0b1", "0o7", "+1", "-0", "-0.0", "1.", ".5", "1e5", "\uff11\uff12",
    "٣", "Ⅷ", "²", "5%", "1 000",
    "Zürich", "ÅÄÖ", "東京", "🏥", "İ", "ß", "ﬁ", "CON", "NUL", "..", "../..", "./", "a/b", "a\\b", "__proto__",
    "__class__", "constructor", "real_contrl", "Real_Control", "quality ", "QUALITY", "mandate_detail@0",
    "mandate_detail@-1", "target_toughness@1e1", "target_toughness@", "@1", "target_toughness@1@2",
    "target_toughness@999999999999", "target_toughness@٣",
)  # fmt: skip
HOSTILE = (*MARKUP, *FORMATS, *CONTROLS, *WORDS)
SIZES = (200, 1000, 5000, 100_000)


def repeated(text: str, size: int) -> str:
    """Return ``text`` again and again, ``size`` letters in all."""
    return (text * (size // len(text) + 1))[:size] if text else ""


def texts() -> st.SearchStrategy[str]:
    """Draw a hostile text, one of any letters (halves of pairs too), or one of up to 100,000 letters."""
    any_letters = st.text(st.characters(exclude_categories=()), max_size=20)
    joined = st.builds(str.__add__, st.sampled_from(HOSTILE), any_letters)
    huge = st.builds(repeated, st.sampled_from((*HOSTILE, "x", "1", ".", "[", "a.", '"')), st.sampled_from(SIZES))
    return st.one_of(st.sampled_from(HOSTILE), any_letters, joined, huge)


def without_surrogates(text: str) -> str:
    """Return ``text`` as a file in UTF-8 can hold it."""
    return text.encode("utf-8", "replace").decode("utf-8")
