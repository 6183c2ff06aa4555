import '../component-board/component-board';
import '../lens-view/lens-view';
import '../score-grid/score-grid';
import '../themes/unembed.css';
import '../token-chips/token-chips';
import '../verdict-view/verdict-view';

const query = new URLSearchParams(location.search);
if (query.has('dark')) {
  document.documentElement.setAttribute('theme', 'dark');
}
const run = query.get('run') ?? 'measured';
document.body.innerHTML = `<div class="app"><nav><a class="brand" href="#">Unembed</a><a class="on" href="#">Analyses<span class="n">128</span></a><a href="#">Models<span class="n">2</span></a></nav>
  <main><div class="crumb">Analyses / Cities</div><div class="row"><h1>Two towers, two cities</h1><span class="chip">smollm2-135m-instruct</span><span class="grow"></span><button class="btn">Repeat</button><button class="btn primary">Share</button></div><div id="place"></div></main></div>`;
const place = document.getElementById('place')!;
if (location.hash === '#chips') {
  place.innerHTML = `<div class="card" style="margin-top:12px"><div class="b stack"><textarea class="in" rows="3">The Eiffel Tower is in the city of </textarea><token-chips model="demo"></token-chips></div></div>`;
  place.querySelector('token-chips')!.follow(place.querySelector('textarea'));
} else if (/^(scores|heads|stream)_/.test(run)) {
  const view = document.createElement(run.startsWith('scores') ? 'component-board' : 'score-grid');
  query.forEach((value, name) => view.setAttribute(name, value));
  view.csv = '/result.csv';
  view.src = `/api/v1/runs/${run}/result`;
  view.addEventListener('make-hypothesis', (event) => console.log('make-hypothesis', (event as CustomEvent).detail));
  place.append(view);
} else if (location.hash === '#verdict') {
  document.querySelector('.row h1')!.textContent = 'Eight late heads move the name';
  const view = document.createElement('verdict-view');
  view.heading = 'Eight late heads move the name';
  view.src = `/api/v1/runs/${run}/result`;
  place.append(view);
} else {
  const view = document.createElement('lens-view');
  for (const name of ['layer', 'position', 'metric', 'compare', 'search', 'pins'] as const) {
    if (query.has(name)) {
      view.setAttribute(name, query.get(name)!);
    }
  }
  view.sublayers = query.has('sublayers');
  view.csv = '/result.csv';
  view.json = '/result.json';
  view.src = `/api/v1/runs/${run}/result.safetensors`;
  place.append(view);
}
