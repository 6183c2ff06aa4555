/** Names of a model's parts as results and addresses write them: `L3H7`, `MLP3`, `attn_bias3`, `embed`, `b_U`, … */

export interface Place {
  readonly kind: 'head' | 'mlp';
  readonly layer: number;
  /** Head of its layer; −1 for an MLP. */
  readonly head: number;
}

/** Layer and head a name stands for; null for the lines that belong to no cell of a board (biases, embeddings, caps). */
export function placeOf(name: string): Place | null {
  const head = /^L(\d{1,4})H(\d{1,4})$/.exec(name);
  if (head) {
    return { kind: 'head', layer: Number(head[1]), head: Number(head[2]) };
  }
  const mlp = /^MLP(\d{1,4})$/.exec(name);
  return mlp ? { kind: 'mlp', layer: Number(mlp[1]), head: -1 } : null;
}

/** A component in words: "head 3 of layer 23", "MLP of layer 0", "bias of the final norm". */
export function describe(name: string): string {
  const place = placeOf(name);
  if (place) {
    return place.kind === 'head' ? `head ${place.head} of layer ${place.layer}` : `MLP of layer ${place.layer}`;
  }
  const bias = /^attn_bias(\d+)$/.exec(name);
  return bias ? `attention’s output and value bias, layer ${bias[1]}` : (OTHERS[name] ?? name);
}

const OTHERS: Record<string, string> = {
  embed: 'embedding of the token',
  pos_embed: 'embedding of the position',
  ln_final_bias: 'bias of the final norm',
  b_U: 'bias of the unembedding',
  softcap: 'what the soft cap takes away',
};

/** "8 heads", "3 heads and 2 MLPs". */
export function counted(names: readonly string[]): string {
  const mlps = names.filter((name) => placeOf(name)?.kind === 'mlp').length;
  const heads = names.length - mlps;
  const words = (n: number, one: string) => (n > 0 ? `${n} ${one}${n === 1 ? '' : 's'}` : '');
  return [words(heads, 'head'), words(mlps, 'MLP')].filter(Boolean).join(' and ');
}

export interface Typed {
  readonly names: readonly string[];
  /** What names nothing in this model, as it was typed. */
  readonly unknown: readonly string[];
  /** Whether a position was typed (`MLP0@END`); a board shows whole components. */
  readonly positions: boolean;
}

/**
 * Components from a line of text, apart by spaces, commas or semicolons: `L9H9, l10h0 9.6 MLP0`; `L23` is every head of a layer.
 * Names come once each, in the order typed.
 */
export function parseTyped(text: string, known: ReadonlySet<string>): Typed {
  const names = new Set<string>();
  const unknown: string[] = [];
  let positions = false;
  for (const piece of text.split(/[\s,;]+/).filter(Boolean)) {
    const [written, position] = piece.split('@');
    positions ||= position !== undefined;
    const found = meant(written, known);
    found.forEach((name) => names.add(name));
    if (found.length === 0) {
      unknown.push(piece);
    }
  }
  return { names: [...names], unknown, positions };
}

function meant(written: string, known: ReadonlySet<string>): string[] {
  const dotted = /^(\d+)\.(\d+)$/.exec(written);
  const name = dotted ? `L${Number(dotted[1])}H${Number(dotted[2])}` : written.toUpperCase().replace(/\d+/g, (digits) => String(Number(digits)));
  if (known.has(name)) {
    return [name];
  }
  const layer = /^L(\d+)$/.exec(name);
  return layer ? [...known].filter((candidate) => candidate.startsWith(`${name}H`)) : [];
}
