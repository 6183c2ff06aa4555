import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../harness/lens-fixture';
import { MalformedSafetensors, readSafetensors } from './safetensors';

const file = () => writeSafetensors({ format: 'x' }, [['a', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)], ['b', [2], Int32Array.of(-7, 9)]]);

function withHeader(header: unknown, data = 24): ArrayBuffer {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes.buffer;
}

const tensor = (over: object) => ({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...over });

describe('a safetensors file', () => {
  it('gives typed arrays with their shapes and the metadata', () => {
    const { metadata, tensors } = readSafetensors(file());
    expect(metadata['format']).toBe('x');
    expect(tensors.get('a')).toMatchObject({ dtype: 'F32', shape: [2, 3] });
    expect([...tensors.get('a')!.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...tensors.get('b')!.data]).toEqual([-7, 9]);
  });

  it('is read although its data is not aligned', () => {
    const { tensors } = readSafetensors(withHeader(`{"a":${JSON.stringify(tensor({}))}}   `.slice(0, -((JSON.stringify(tensor({})).length + 9) % 4 === 0 ? 2 : 3))));
    expect(tensors.get('a')!.data.length).toBe(2);
  });

  it.each<[string, ArrayBuffer, RegExp]>([
    ['too short for a header', new ArrayBuffer(4), /4 bytes/],
    ['truncated inside the data', file().slice(0, -4), /lie outside/],
    ['truncated inside the header', file().slice(0, 40), /header claims/],
    ['claiming a header of 2^60 bytes', (() => { const b = file(); new DataView(b).setBigUint64(0, 1n << 60n, true); return b; })(), /header claims 1152921504606846976/],
    ['with a header that is not JSON', withHeader('{nope}'), /not JSON/],
    ['with a list as header', withHeader([]), /not an object/],
    ['of an unknown dtype', withHeader({ a: tensor({ dtype: 'BF16' }) }), /a: dtype BF16/],
    ['of an inherited name as dtype', withHeader({ a: tensor({ dtype: 'toString' }) }), /dtype toString/],
    ['with a negative size', withHeader({ a: tensor({ shape: [-2] }) }), /shape/],
    ['with a fractional offset', withHeader({ a: tensor({ data_offsets: [0, 7.5] }) }), /data_offsets/],
    ['whose shape and bytes disagree', withHeader({ a: tensor({ shape: [3] }) }), /needs 12 bytes, the file gives 8/],
    ['whose shape overflows', withHeader({ a: tensor({ shape: [2 ** 40, 2 ** 40] }) }), /needs/],
    ['whose tensors overlap', withHeader({ a: tensor({}), b: tensor({ data_offsets: [4, 12] }) }), /a and b overlap/],
    ['with offsets backwards', withHeader({ a: tensor({ data_offsets: [8, 0] }) }), /outside/],
    ['with metadata that are not strings', withHeader({ __metadata__: { a: 1 } }), /__metadata__/],
  ])('%s is refused with the reason', (_, buffer, reason) => {
    expect(() => readSafetensors(buffer)).toThrow(MalformedSafetensors);
    expect(() => readSafetensors(buffer)).toThrow(reason);
  });
});
