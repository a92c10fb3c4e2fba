"""How a report looks: one HTML page that holds its own style and pictures, in light and dark, on screen and paper."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from string import Template

from mien.drawing.palette import colour_of

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<header>
<p class="eyebrow">mien · $kind</p>
<h1>$title</h1>
<p class="lead">$lead</p>
$notice</header>
$body
</main>
<footer>$footer</footer>
$script</body>
</html>
""")

_STYLE = """
:root {
  --paper: #f6f7f9; --card: #fff; --ink: #1a212b; --dim: #5d6774; --line: #e2e6eb;
  --blue: #3b6fa5; --tint: #4477aa; --red: #b4485a;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #101419; --card: #181d24; --ink: #e6eaef; --dim: #98a3b0; --line: #2a323c;
    --blue: #86b4e2; --tint: #5b94d0; --red: #ec8e9c;
  }
  /* The plots are drawn for white paper. */
  .plot img { filter: invert(0.906) hue-rotate(180deg); mix-blend-mode: lighten; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-print-color-adjust: exact; print-color-adjust: exact;
}
main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding: 3.5rem 0 1.5rem; }
.eyebrow { margin: 0; color: var(--blue); font-size: .8rem; font-weight: 600; letter-spacing: .06em; }
h1 { margin: .2rem 0 .4rem; font-size: 2.3rem; line-height: 1.15; letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { margin: 0 0 .3rem; font-size: 1.3rem; letter-spacing: -.01em; break-after: avoid; }
h3 { margin: 0 0 .1rem; font-size: 1rem; }
.lead { margin: 0; color: var(--dim); font-size: 1.05rem; }
section { margin: 2.75rem 0 0; }
section > p { break-after: avoid; margin: 0 0 1rem; color: var(--dim); max-width: 50rem; text-wrap: pretty; }
.card, .faces .face { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr)); gap: .75rem; }
.tile { margin: 0; padding: 1rem 1.15rem; break-inside: avoid; }
.tile dt { color: var(--dim); font-size: .8125rem; }
.tile .value { margin: .1rem 0; font-size: 1.9rem; font-weight: 650; letter-spacing: -.02em; line-height: 1.2; }
.tile .note { margin: 0; color: var(--dim); font-size: .8125rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .55rem 1rem; border-top: 1px solid var(--line); text-align: right; }
thead th { border: 0; color: var(--dim); font-size: .8125rem; font-weight: 500; }
tbody th { font-weight: 600; }
.classes th, .classes td { white-space: nowrap; }
th:first-child, .classes td:last-child, .classes th:last-child { text-align: left; }
td.bar { width: 30%; min-width: 9rem; }
.track { display: block; height: .55rem; border-radius: .3rem; background: var(--line); overflow: hidden; }
.track i { display: block; height: 100%; border-radius: .3rem; background: var(--tint); }
.dot { display: inline-block; width: .7em; height: .7em; margin-right: .5em; border-radius: 50%; }
.dim { color: var(--dim); font-weight: 400; }
.plots { display: grid; grid-template-columns: 1.5fr 1fr; gap: .75rem; }
.plot { margin: 0; padding: 1rem; break-inside: avoid; display: flex; align-items: center; justify-content: center; }
.plot img { max-width: 100%; max-height: 38rem; }
.faces { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.25rem, 1fr)); gap: .75rem; }
.face { margin: 0; padding: .5rem; break-inside: avoid; font-size: .8125rem; line-height: 1.35; }
.face img { display: block; width: 100%; border-radius: .4rem; margin-bottom: .4rem; }
.face b { display: block; font-weight: 600; }
.pair { display: grid; grid-template-columns: 13rem 1fr; gap: 1.25rem; padding: 1rem 1.15rem; margin-bottom: .75rem;
  break-inside: avoid; align-items: center; }
.pair p { margin: 0; color: var(--dim); font-size: .875rem; }
.strip { display: grid; grid-template-columns: repeat(8, 1fr); gap: .5rem; }
.strip .face { padding: 0; text-align: center; color: var(--dim); }
.levels td, .levels th { text-align: left; width: 20%; }
.level { display: flex; gap: .7rem; align-items: center; line-height: 1.3; }
.level img { width: 3.25rem; border-radius: .35rem; }
.level b { margin-right: .4em; font-size: 1.05rem; }
.level small { color: var(--dim); font-size: .8125rem; }
.level .drop { color: var(--red); }
dl.protocol { display: grid; grid-template-columns: 10rem 1fr; gap: .35rem 1rem; margin: 0; padding: 1.1rem 1.15rem; }
dl.protocol dt { color: var(--dim); }
dl.protocol dd { margin: 0; overflow-wrap: anywhere; }
footer { padding: 2rem 1.5rem 3rem; color: var(--dim); font-size: .875rem; }
@media (max-width: 46rem) {
  .plots, .pair { grid-template-columns: 1fr; }
  .strip { grid-template-columns: repeat(4, 1fr); }
  dl.protocol { grid-template-columns: 1fr; gap: 0; }
  dl.protocol dd { margin-bottom: .5rem; }
}
@media print {
  @page { margin: 14mm; }
  /* All lengths are in rem: this is the page of 68rem on the width of a sheet. */
  html { font-size: 10.5px; }
  body { background: #fff; font-size: 1rem; }
  main, footer { max-width: none; padding: 0; }
  header { padding-top: 0; }
  section { margin-top: 1.75rem; }
  tr { break-inside: avoid; }
}
"""


def page(
    title: str,
    lead: str,
    sections: Iterable[str],
    footer: str,
    *,
    kind: str,
    notice: str = "",
    style: str = "",
    script: str = "",
) -> str:
    """A whole page that reaches no network.

    `sections` and `script` (with its tags) are HTML, `style` adds to the style that all pages have; all else is text.
    """
    return _PAGE.substitute(
        title=escape(title),
        kind=escape(kind),
        lead=escape(lead),
        notice=f'<p class="notice">{escape(notice)}</p>\n' if notice else "",
        style=_STYLE + style,
        body="\n".join(sections),
        footer=escape(footer),
        script=script,
    )


def section(heading: str, text: str, *content: str) -> str:
    """A heading, a sentence or two and what they are about, which is HTML."""
    return "\n".join(
        ("<section>", f"<h2>{escape(heading)}</h2>", f"<p>{escape(text)}</p>" if text else "", *content, "</section>")
    )


def tiles(figures: Iterable[tuple[str, str, str]]) -> str:
    """Large numbers side by side, each with a name above and a note below."""
    boxes = (
        f'<dl class="tile card"><dt>{escape(name)}</dt><dd class="value">{escape(value)}</dd>'
        f'<dd class="note">{escape(note)}</dd></dl>'
        for name, value, note in figures
    )
    return f'<div class="tiles">{"".join(boxes)}</div>'


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """A table whose cells are HTML, ``<td>`` and ``<th>`` included."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return (
        f'<div class="card scroll"><table class="{kind}"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>"
    )


def label(name: str) -> str:
    """An expression with a dot of its colour."""
    return f'<span class="dot" style="background:rgb{colour_of(name)}"></span>{escape(name)}'


def bar(share: float) -> str:
    """A horizontal bar that is filled by this share, 0 to 1."""
    return f'<span class="track"><i style="width:{share:.1%}"></i></span>'


def picture(png: bytes, description: str) -> str:
    """A PNG picture within the page."""
    data = base64.b64encode(png).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{escape(description)}">'


def face(image: str, caption: str) -> str:
    """A picture with a caption, both HTML."""
    return f'<figure class="face">{image}<figcaption>{caption}</figcaption></figure>'


def protocol(entries: Iterable[tuple[str, str]]) -> str:
    """Names and what they stand for."""
    lines = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in entries)
    return f'<dl class="protocol card">{lines}</dl>'
