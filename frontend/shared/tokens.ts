/** How a token's text is written on screen. */

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;

/** Spaces as `·`, line breaks as `⏎`, tabs as `⇥`, other invisible characters by their code point; never empty. */
export function showToken(text: string): string {
  if (text === '') {
    return '∅';
  }
  return text
    .replace(/ /g, '·')
    .replace(/\r\n|\n|\r/g, '⏎')
    .replace(/\t/g, '⇥')
    .replace(/\u00a0/g, '⍽')
    .replace(CONTROL, (c) => `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`);
}

/** At most `length` characters (by code point), the cut marked with `…`. */
export function shorten(shown: string, length: number): string {
  const points = [...shown];
  return points.length <= length ? shown : points.slice(0, Math.max(1, length - 1)).join('') + '…';
}

/**
 * The end of the prompt up to and with the given position, for "after …": `…in the city of`. `first` is where the text begins:
 * 1 behind a BOS token, which is said only when it is all there is.
 */
export function contextOf(tokens: readonly { text: string }[], position: number, pieces = 5, first = 0): string {
  const begin = Math.min(first, position);
  const from = Math.max(begin, position - pieces + 1);
  const text = tokens
    .slice(from, position + 1)
    .map((t) => t.text)
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
  return (from > begin ? '…' : '') + text;
}

/** A prompt whose beginning is cut where it is long: what is asked stands at its end. */
export function lastWords(text: string, length = 170): string {
  const points = [...text.replace(/\s+/g, ' ')];
  if (points.length <= length) {
    return points.join('');
  }
  const end = points.slice(points.length - length).join('');
  const word = end.indexOf(' ');
  return `…${word >= 0 && word < 24 ? end.slice(word + 1) : end}`;
}
