"""The text of the page that ``tredegar app`` shows: HTML, style and script in one, nothing fetched from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_STYLE = """
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  color: #1b1b1b; background: #fff; }
header, .bar, main { max-width: 1240px; margin: 0 auto; padding: 0 16px; }
h1 { font-size: 1.4rem; margin: .7rem 0 .2rem; } h2 { font-size: 1.05rem; margin: 0 0 .3rem; }
p { margin: .2rem 0 .6rem; max-width: 80ch; }
.note { font-size: .85rem; color: #444; margin: 0; }
.top { position: sticky; top: 0; background: #fff; border-bottom: 1px solid #ccc; z-index: 1; }
.bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 8px 16px; }
button { font: inherit; padding: 6px 14px; border: 1px solid #00558a; border-radius: 4px; background: #fff;
  color: #00558a; cursor: pointer; }
button.main { background: #00558a; color: #fff; min-width: 5.2rem; }
#said { margin: 0; } #said.wrong { border-left: 5px solid #d55e00; padding-left: .5rem; }
main { display: grid; gap: 28px; padding-top: 14px; padding-bottom: 40px; }
#figures { display: grid; gap: 22px 28px; align-content: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); }
figure { margin: 0; } figure svg { width: 100%; height: auto; display: block; }
#ring svg { max-width: 380px; margin: 0 auto; }
figcaption ul { list-style: none; margin: .2rem 0 0; padding: 0; font-size: .9rem; } figcaption li { margin: 0 0 3px; }
figcaption li svg { display: inline-block; width: 34px; height: 10px; margin-right: 6px; }
fieldset { border: 0; border-top: 1px solid #ccc; margin: 0 0 .8rem; padding: .5rem 0 0; min-width: 0; }
legend { font-weight: 600; padding: 0 8px 0 0; }
.slider { margin: .5rem 0 .7rem; } .slider label { display: flex; justify-content: space-between; gap: 8px; }
output { font-variant-numeric: tabular-nums; font-weight: 600; }
input[type=range] { width: 100%; margin: 2px 0; accent-color: #00558a; }
a { color: #00558a; } #controls { scroll-margin-top: 110px; }
@media (min-width: 900px) { .bar a { display: none; }
  main { grid-template-columns: 320px 1fr; } #controls { order: -1; } }
"""

_BODY = """
<header><h1>Tredegar: how a health service is governed</h1>
<p>One run of a small country: TRUSTS trusts, a manager each, CLINICIANS clinicians per trust, and a minister. Let
months pass, move what can be moved, and see what becomes of it. One run shows what can happen; where it happens
takes a sweep.</p></header>
<div class="top"><div class="bar">
<button id="play" class="main" type="button">Play</button><button id="month" type="button">1 month</button>
<button id="year" type="button">1 year</button><button id="again" type="button">Start again</button>
<a href="#controls">Levers</a>
<p id="said" role="status">The first year is being computed ...</p></div></div>
<main><section id="figures" aria-label="Figures"></section>
<form id="controls" aria-label="What can be moved" autocomplete="off">
<fieldset id="levers"><legend>At work from the next month</legend></fieldset>
<fieldset id="start"><legend>The start</legend>
<p class="note">Moving one of these starts the country again.</p></fieldset></form></main>
"""

_SCRIPT = """
'use strict';
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#a8518a'], DASHES = ['', '8 3', '2 3', '10 3 2 3'];
const W = 420, H = 230, LEFT = 34, RIGHT = 8, TOP = 8, BOTTOM = 40;
const byId = id => document.getElementById(id);
const made = (parent, tag, attributes = {}, text = '') => {
  const svg = ['svg', 'line', 'polyline', 'circle', 'text'].includes(tag);
  const part = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
  part.textContent = text;
  parent.append(part);
  return part;
};
const shown = value => value.toFixed(2);
const values = start => Object.fromEntries([...document.querySelectorAll('input[data-name]')]
  .filter(one => start || !one.dataset.start).map(one => [one.dataset.name, Number(one.value)]));
let visit = null, months = [], last = Infinity, moved = [], sent = {};
let playing = false, plays = 0, queue = Promise.resolve();

const say = (text, wrong = false) => {
  byId('said').textContent = text;
  byId('said').className = wrong ? 'wrong' : '';
};
const post = async (path, body) => {
  let answer, told;
  try {
    answer = await fetch(path, {method: 'POST', body: JSON.stringify(body)});
    told = await answer.json();
  } catch { throw new Error("The command 'tredegar app' has ended: start it again, then load this page anew."); }
  if (!answer.ok) throw new Error(told.error);
  return told;
};
const inTurn = act => queue = queue.then(act).catch(error => { play(false); say(error.message, true); });

const start = () => inTurn(async () => {
  sent = values(true);
  const told = await post('/start', {visit, settings: sent, run: Number(byId('run').value)});
  ({visit, months, last} = told);
  moved = [];
  draw();
});
const pass = count => inTurn(async () => {
  const now = values(false), next = months.length + 1;
  const told = await post('/months', {visit, settings: now, months: count});
  if (told.months.length && Object.keys(now).some(name => now[name] !== sent[name])) moved.push(next);
  sent = {...sent, ...now};
  months.push(...told.months);
  if (months.length >= last) play(false);
  draw();
});
const play = on => { playing = on; byId('play').textContent = on ? 'Pause' : 'Play'; };
const keepPlaying = async () => {
  const mine = ++plays;
  while (playing && mine === plays) { await pass(1); await new Promise(done => setTimeout(done, 120)); }
};

const drawPlot = (plot, figure, first) => {
  const svg = figure.querySelector('svg'), end = Math.max(24, months.length), now = months.length;
  const x = month => LEFT + (W - LEFT - RIGHT) * (month - 1) / (end - 1);
  const y = value => H - BOTTOM - (H - TOP - BOTTOM) * value;
  svg.textContent = '';
  for (const value of [0, 0.5, 1]) {
    made(svg, 'line', {x1: LEFT, x2: W - RIGHT, y1: y(value), y2: y(value), stroke: '#ddd'});
    made(svg, 'text', {x: LEFT - 6, y: y(value) + 5, 'text-anchor': 'end'}, String(value));
  }
  const gap = 12 * Math.ceil(end / 12 / 6);
  for (let month = gap; month <= end; month += gap)
    made(svg, 'text', {x: x(month), y: H - BOTTOM + 17, 'text-anchor': month + gap > end ? 'end' : 'middle'}, month);
  made(svg, 'text', {x: (LEFT + W) / 2, y: H - 6, 'text-anchor': 'middle'}, 'month');
  for (const month of moved)
    made(svg, 'line', {x1: x(month), x2: x(month), y1: TOP, y2: H - BOTTOM, stroke: '#555', 'stroke-dasharray': '3 3'});
  const heard = plot.lines.map((line, number) => {
    const course = months.map(one => one.outcomes[first + number]);
    made(svg, 'polyline', {points: course.map((value, at) => `${x(at + 1)},${y(value)}`).join(' '), fill: 'none',
      stroke: COLOURS[number], 'stroke-width': 2.2, 'stroke-dasharray': DASHES[number]});
    figure.querySelectorAll('b')[number].textContent = shown(course[now - 1]);
    return `${line.words} ${shown(course[0])} in month 1, ${shown(course[now - 1])} in month ${now}`;
  });
  svg.setAttribute('aria-label', `${plot.title}, lines over months: ${heard.join('; ')}.`);
};
const drawRing = figure => {
  const svg = figure.querySelector('svg'), trusts = months[months.length - 1].trusts, middle = 160, far = 145;
  svg.textContent = '';
  for (const quality of [0.25, 0.5, 0.75, 1]) {
    made(svg, 'circle', {cx: middle, cy: middle, r: far * quality, fill: 'none', stroke: '#ccc'});
    made(svg, 'text', {x: middle, y: middle - far * quality + 5, 'text-anchor': 'middle', fill: '#555',
      stroke: '#fff', 'stroke-width': 4, 'paint-order': 'stroke'}, String(quality));
  }
  trusts.forEach(([quality, size, challenges], number) => {
    const angle = 2 * Math.PI * (number + 0.5) / trusts.length;
    made(svg, 'circle', {cx: middle + far * quality * Math.sin(angle), cy: middle - far * quality * Math.cos(angle),
      r: 5.5 * Math.sqrt(size), fill: challenges ? '#d55e00' : '#fff', stroke: '#0072b2', 'stroke-width': 1.6});
  });
  const qualities = trusts.map(one => one[0]), loud = trusts.filter(one => one[2]).length;
  svg.setAttribute('aria-label', `Ring of ${trusts.length} trusts in month ${months.length}: quality from ` +
    `${shown(Math.min(...qualities))} to ${shown(Math.max(...qualities))}; managers who challenge in public: ${loud}.`);
  figure.querySelector('b').textContent = loud;
};
const draw = () => {
  const [ring, ...figures] = document.querySelectorAll('figure');
  drawRing(ring);
  figures.forEach((figure, number) => drawPlot(PLOTS[number], figure, 4 * number));
  say(months.length >= last ? `${last / 12} years have passed: start again.` : `Month ${months.length}.`);
};

const addFigure = (title, id, width, height) => {
  const figure = made(byId('figures'), 'figure', {id});
  made(figure, 'h2', {}, title);
  made(figure, 'svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'font-size': 14, fill: '#1b1b1b'});
  return made(figure, 'figcaption');
};
const addSlider = one => {
  const box = made(byId(one.start ? 'start' : 'levers'), 'div', {class: 'slider'}), id = one.id || 'set-' + one.name;
  const label = made(box, 'label', {for: id});
  made(label, 'span', {}, one.words + (one.unit ? ` (${one.unit})` : ''));
  const whole = one.step === 1, output = made(label, 'output', {for: id});
  const input = made(box, 'input', {id, type: 'range', min: one.low, max: one.high, step: one.step, value: one.value});
  if (one.name) input.dataset.name = one.name;
  if (one.start) input.dataset.start = 'yes';
  made(box, 'p', {class: 'note'}, one.meaning);
  const show = () => { output.textContent = whole ? input.value : shown(Number(input.value)); };
  input.addEventListener('input', show);
  input.addEventListener('change', () => one.start ? start() : say('At work from the next month.'));
  show();
};
const ring = addFigure('The trusts', 'ring', 320, 320);
const key = made(ring, 'p', {class: 'note'}, 'Each dot is a trust, the larger the more patients it has; the farther ' +
  'from the middle, the better its true quality. Filled: its manager challenges the centre in public, now ');
made(key, 'b');
PLOTS.forEach((plot, at) => {
  const caption = addFigure(plot.title, 'plot-' + at, W, H), list = made(caption, 'ul');
  plot.lines.forEach((line, number) => {
    const item = made(list, 'li');
    const sample = made(item, 'svg', {viewBox: '0 0 34 10', 'aria-hidden': 'true'});
    made(sample, 'line', {x1: 0, x2: 34, y1: 5, y2: 5, stroke: COLOURS[number], 'stroke-width': 2.2,
      'stroke-dasharray': DASHES[number]});
    item.append(line.words + ' ');
    made(item, 'b');
    made(item, 'span', {class: 'note'}, ' ' + line.meaning);
  });
  made(caption, 'p', {class: 'note'}, 'A dashed upright line: a lever was moved.');
});
SLIDERS.forEach(addSlider);
byId('play').addEventListener('click', () => { play(!playing); keepPlaying(); });
byId('month').addEventListener('click', () => pass(1));
byId('year').addEventListener('click', () => pass(12));
byId('again').addEventListener('click', () => { play(false); start(); });
byId('controls').addEventListener('submit', event => event.preventDefault());
start();
"""


def page_html(sliders: list[dict[str, Any]], plots: list[dict[str, Any]], country: Mapping[str, int]) -> str:
    """Return the page; ``country`` holds the numbers of ``trusts`` and ``clinicians`` that its text names."""
    facts = "".join(f"const {name} = {_data(rows)};\n" for name, rows in (("SLIDERS", sliders), ("PLOTS", plots)))
    body = _BODY
    for name, number in country.items():
        body = body.replace(name.upper(), str(number))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Tredegar</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body>{body}<script>{facts}{_SCRIPT}</script></body></html>\n"
    )


def _data(rows: list[dict[str, Any]]) -> str:
    """Return ``rows`` as they may stand in a script: no text of theirs can end it."""
    return json.dumps(rows).replace("<", "\\u003c")
