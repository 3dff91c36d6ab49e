"""One self-contained HTML page: no script, nothing from the network, readable from 390 pixels of width up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape as escape_signs
from urllib.parse import quote

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
SENTENCE = 60
"""A column of a table with a longer cell holds sentences."""
KEPT_IN_ADDRESS = " /=:;,()!?@+$*"
"""What stands in a picture's address as it is; quotes, brackets, # and & are written as %22 and so on."""
_NOT_IN_A_PAGE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
"""Control characters, and bytes of a name that were no text: HTML allows neither, and UTF-8 has none of the latter."""

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  color: #1b1b1b; background: #fff; }
main, header, footer { max-width: 1200px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .5rem; padding-top: .6rem; border-top: 1px solid #ccc; }
p { margin: .4rem 0 .8rem; max-width: 75ch; }
.lead { font-size: 1.12rem; max-width: 80ch; }
.cards { display: grid; gap: 16px; margin: 1.2rem 0;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
.card { border: 1px solid #ccc; border-top: 4px solid #0072b2; border-radius: 4px; padding: 10px 16px; }
.card h2 { border: 0; padding: 0; margin: .1rem 0 .4rem; font-size: 1rem; }
.card ul { margin: 0; padding-left: 1.1rem; }
.warn { border-left: 5px solid #d55e00; padding: .2rem .8rem; background: #fdf3ec; }
.figures { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); }
figure { margin: 0; } figure img { width: 100%; height: auto; max-width: 560px; display: block; }
.full { overflow-x: auto; } .full img { max-width: 1120px; min-width: 700px; }
.note { font-size: .88rem; color: #444; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; margin: .4rem 0; }
th, td { padding: 3px 12px 3px 0; text-align: left; vertical-align: top; border-bottom: 1px solid #e5e5e5; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
pre { overflow-x: auto; background: #f6f6f6; padding: 10px; font-size: .85rem; }
td.words { min-width: 10rem; overflow-wrap: anywhere; }
nav a { margin-right: 1rem; white-space: nowrap; } a { color: #00558a; }
footer { padding: 24px 20px 40px; font-size: .88rem; color: #444; }
@media print { h2 { break-after: avoid; } figure { break-inside: avoid; } }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page: heading, paragraphs, a table, images (SVG text and what it shows in words), a folded text.

    ``link`` is what the list of parts shows instead of the heading; ``full`` puts images above the table, at the
    width of the page; on a telephone they are scrolled sideways.
    """

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    images: tuple[tuple[str, str], ...] = ()
    note: str = ""
    folded: tuple[str, str] | None = None
    warning: str = ""
    link: str = ""
    full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole page: a title, what it says in one sentence, three short lists, and sections.

    ``links``: files beside the page, and what each holds.
    """

    title: str
    lead: str
    cards: tuple[tuple[str, tuple[str, ...]], ...]
    sections: tuple[Section, ...] = field(default=())
    foot: str = ""
    links: tuple[tuple[str, str], ...] = ()


def render(page: Page) -> str:
    """Return the page as HTML text; every piece of text from outside is escaped."""
    cards = "".join(
        f'<div class="card"><h2>{escape(heading)}</h2><ul>'
        f"{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul></div>"
        for heading, lines in page.cards
    )
    links = "".join(
        f'<a href="#part-{place}">{escape(part.link or part.heading)}</a> ' for place, part in enumerate(page.sections)
    )
    files = "".join(f'<li><a href="{quote(name)}">{escape(name)}</a>: {escape(told)}</li>' for name, told in page.links)
    data = f'<p class="note">The data:</p><ul class="note">{files}</ul>\n' if files else ""
    parts = "".join(_section(part, place) for place, part in enumerate(page.sections))
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(page.title)}</title>\n<link rel="icon" href="data:,">\n<style>{_STYLE}</style>\n</head>\n'
        "<body>\n"
        f'<header><h1>{escape(page.title)}</h1>\n<p class="lead">{escape(page.lead)}</p>\n'
        f'<div class="cards">{cards}</div>\n{data}<nav>{links}</nav></header>\n<main>\n{parts}</main>\n'
        f"<footer>{escape(page.foot)}</footer>\n</body>\n</html>\n"
    )


def escape(text: str, quote: bool = True) -> str:
    """Return ``text`` as HTML shows it: no tag in it works, and what HTML may not hold is a question mark."""
    return escape_signs(_NOT_IN_A_PAGE.sub("?", text), quote)


def _section(part: Section, place: int) -> str:
    pieces = [f'<section id="part-{place}">\n<h2>{escape(part.heading)}</h2>\n']
    pieces += [f"<p>{escape(text)}</p>\n" for text in part.paragraphs]
    if part.warning:
        pieces.append(f'<p class="warn">{escape(part.warning)}</p>\n')
    images = "".join(_image(svg, alt) for svg, alt in part.images)
    if images and part.full:
        pieces.append(f'<div class="full">{images}</div>\n')
    if part.table is not None:
        pieces.append(_table(part.table))
    if images and not part.full:
        pieces.append(f'<div class="figures">{images}</div>\n')
    if part.note:
        pieces.append(f'<p class="note">{escape(part.note)}</p>\n')
    if part.folded is not None:
        summary, text = part.folded
        pieces.append(f"<details><summary>{escape(summary)}</summary><pre>{escape(text)}</pre></details>\n")
    return "".join([*pieces, "</section>\n"])


def _image(svg: str, alt: str) -> str:
    # As text, a fifth smaller than base64; decoding="async": the words are there before the pictures are.
    data = quote(" ".join(svg.split()), safe=KEPT_IN_ADDRESS)
    address = f"data:image/svg+xml;charset=utf-8,{data}"
    return f'<figure><img decoding="async" alt="{escape(alt, quote=True)}" src="{address}"></figure>'


def _table(table: Table) -> str:
    header, rows = table
    numeric = [all(_is_number(row[column]) for row in rows if row[column]) for column in range(len(header))]
    longest = [max((len(row[column]) for row in rows), default=0) for column in range(len(header))]
    kinds = [_kind(one, length) for one, length in zip(numeric, longest, strict=True)]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(header, kinds, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td{kind}>{escape(text)}</td>' for text, kind in zip(row, kinds, strict=True))}</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n'


def _kind(numeric: bool, longest: int) -> str:
    """Return the class of a column: numbers are set flush right, sentences keep a width at which they can be read."""
    return ' class="number"' if numeric else ' class="words"' if longest > SENTENCE else ""


def _is_number(text: str) -> bool:
    """Whether a cell is set flush right: a number, perhaps with its interval behind it."""
    return text.lstrip("+-")[:1].isdigit()
