// node frontend/harness/serve.mjs [port]: the elements with made-up and measured results, without the server. Not bundled.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'vite';
import { verdictJson } from './verdict-fixture.ts';

const root = join(import.meta.dirname, '..');
const shared = process.env['UNEMBED_SHARED'] ?? join(root, '../../shared');

/** The drawn page's measured numbers; ranks beyond its top list are guessed from the log-probability (this is a picture). */
async function measured() {
  const file = join(shared, 'design/mock/data.js');
  if (!existsSync(file)) {
    return syntheticNumbers(30, 21);
  }
  const { lens: d } = (await import(`data:text/javascript,${encodeURIComponent(readFileSync(file, 'utf8'))}`)).data;
  const ids = new Map();
  const id = (text) => ids.get(text) ?? ids.set(text, 100 + ids.size).get(text);
  const layers = d.top.map((_, l) => l);
  const last = layers.length - 1;
  const topIds = d.top.map((row) => row.map((cell) => cell.map(id)));
  const tokens = d.tokens.map((text) => ({ id: id(text), text }));
  const finalRank = d.fin.map((row, l) => row.map((lp, p) => {
    const at = topIds[l][p].indexOf(topIds[last][p][0]);
    return at >= 0 ? at + 1 : Math.max(7, Math.min(49_000, Math.round(7 * Math.exp(Math.min(9, (d.lp[l][p].at(-1) - lp) / 1.6)))));
  }));
  const tracked = d.track.map((t, i) => ({ id: id([' Rome', ' Paris'][i]), text: [' Rome', ' Paris'][i], logProb: t.lp, rank: t.rank }));
  const texts = Object.fromEntries([...ids].map(([text, n]) => [n, text]));
  return { layers, tokens, texts, vocabulary: 49_152, topIds, topLogProbs: d.lp, entropy: d.ent, klToFinal: d.kl, finalLogProb: d.fin, finalRank, tracked };
}

/** First set of a model's reference values, or null where the shared folder is not there. */
function reference(model) {
  const file = join(shared, 'models', model, 'reference.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).sets[0] : null;
}

/** scores_demo, scores_smollm, scores_12x12, scores_12x12_logit, heads_demo, heads_demo_noising, stream_30x14, stream_30x14_noising */
function small(name) {
  const [what, which, option] = name.split('_');
  const direction = option === 'noising' ? 'noising' : 'denoising';
  const size = /^(\d+)x(\d+)$/.exec(which)?.slice(1).map(Number);
  const set = size ? null : reference(which === 'demo' ? 'demo' : 'smollm2-135m-instruct');
  if (what === 'scores') {
    return set ? measuredScores(set) : syntheticScores(...(size ?? [30, 9]), option === 'one' ? 1 : 16, { logit: option === 'logit', residual: option === 'open' ? 0.02 : undefined });
  }
  const words = pieces('When Susan and Jane went to the hospital, Susan gave a computer to');
  return set ? measuredPatching(set, direction) : syntheticPatching(size?.[0] ?? 30, Array.from({ length: size?.[1] ?? 14 }, (_, i) => words[i % words.length]), direction);
}

function problem(response, status, detail) {
  response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify({ type: 'about:blank', title: 'Failed', status, detail }));
}

async function results(request, response, next) {
  const url = new URL(request.url ?? '', 'http://localhost');
  if (url.pathname.endsWith('/tokens')) {
    const text = url.searchParams.get('text') ?? '';
    if (text.includes('boom')) {
      problem(response, 422, 'Prompt has 9000 tokens; demo reads at most 8192. Shorten it.');
      return;
    }
    let at = 0;
    const pieces = text.match(/\s?[^\s]{1,7}|\s+/g) ?? [];
    const tokens = [{ id: 0, text: '<|endoftext|>', start: 0, end: 0 }, ...pieces.map((piece) => ({ id: 100 + piece.length, text: piece, start: at, end: (at += piece.length) }))];
    const warnings = text.endsWith(' ') ? ['The prompt ends with a space; most models read the next word with its space.'] : [];
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ model: 'demo', bosPrepended: true, tokens, ids: tokens.map((t) => t.id), count: tokens.length, limit: 8192, warnings }));
    return;
  }
  if (/^\/api\/v1\/runs\/measured\/result$/.test(url.pathname)) {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(verdictJson()));
    return;
  }
  const json = /^\/api\/v1\/runs\/((?:scores|heads|stream)_\w+)\/result$/.exec(url.pathname)?.[1];
  if (json !== undefined) {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(small(json)));
    return;
  }
  const name = /^\/api\/v1\/runs\/(\w+)\/result\.safetensors$/.exec(url.pathname)?.[1];
  if (name === undefined) {
    next();
  } else if (name === 'failed') {
    problem(response, 507, 'The result of this run needs 3.1 GB, the worker has 2.0 GB. Ask for fewer positions.');
  } else if (name === 'never') {
    // stays open: the skeleton is what there is to see
  } else {
    const size = /^(\d+)x(\d+)(s?)$/.exec(name);
    const numbers = size ? syntheticNumbers(Number(size[1]), Number(size[2]), { sublayers: size[3] === 's' }) : await measured();
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(Buffer.from(lensFile(numbers)));
  }
}

const server = await createServer({
  root,
  configFile: false,
  cacheDir: join(root, '../node_modules/.vite-harness'),
  server: { host: '127.0.0.1', port: Number(process.argv[2] ?? 18400), strictPort: true, hmr: false, fs: { allow: [join(root, '..')] } },
  plugins: [{ name: 'results', configureServer: (vite) => void vite.middlewares.use((req, res, next) => void results(req, res, next)) }],
  optimizeDeps: { noDiscovery: true, include: [] },
});
// through vite, which finds their imports without endings, as the elements' build does
const { lensFile, syntheticNumbers } = await server.ssrLoadModule('/harness/lens-fixture.ts');
const { measuredPatching, measuredScores, pieces, syntheticPatching, syntheticScores } = await server.ssrLoadModule('/harness/board-fixture.ts');
await server.listen();
server.printUrls();
