import { MalformedResult } from './fetch-result';

/** Reads the safetensors layout: 8 bytes of header length, a JSON header, then the tensors' bytes (little-endian, row-major). */

export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

export type Dtype = keyof typeof VIEWS;

const VIEWS = { F32: Float32Array, F64: Float64Array, I32: Int32Array, U8: Uint8Array } as const;
const LONGEST_HEADER = 100 * 1024 * 1024;

/** The file can't be read; the message names the tensor and what is wrong with it. */
export class MalformedSafetensors extends MalformedResult {
  override readonly name = 'MalformedSafetensors';
}

/** Typed arrays over the buffer (copied only where the file isn't aligned). Everything the header claims is checked first. */
export function readSafetensors(buffer: ArrayBuffer): Safetensors {
  if (buffer.byteLength < 8) {
    throw new MalformedSafetensors(`the file has ${buffer.byteLength} bytes, too few for a header`);
  }
  const length = new DataView(buffer).getBigUint64(0, true);
  if (length > BigInt(LONGEST_HEADER) || Number(length) > buffer.byteLength - 8) {
    throw new MalformedSafetensors(`the header claims ${length} bytes, the file has ${buffer.byteLength}`);
  }
  const start = 8 + Number(length);
  const header = parseHeader(new Uint8Array(buffer, 8, Number(length)));
  const metadata: Record<string, string> = {};
  const tensors = new Map<string, Tensor>();
  const extents: { name: string; begin: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      Object.assign(metadata, readMetadata(entry));
      continue;
    }
    const { dtype, shape, begin, end } = readEntry(name, entry, buffer.byteLength - start);
    extents.push({ name, begin, end });
    tensors.set(name, { dtype, shape, data: view(buffer, dtype, start + begin, end - begin) });
  }
  extents.sort((a, b) => a.begin - b.begin || a.end - b.end);
  for (let i = 1; i < extents.length; i++) {
    if (extents[i].begin < extents[i - 1].end) {
      throw new MalformedSafetensors(`tensors ${extents[i - 1].name} and ${extents[i].name} overlap`);
    }
  }
  return { metadata, tensors };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new MalformedSafetensors('the header is not JSON');
  }
  if (!isObject(header)) {
    throw new MalformedSafetensors('the header is not an object');
  }
  return header;
}

function readMetadata(entry: unknown): Record<string, string> {
  if (!isObject(entry) || Object.values(entry).some((value) => typeof value !== 'string')) {
    throw new MalformedSafetensors('__metadata__ is not a map of strings');
  }
  return entry as Record<string, string>;
}

function readEntry(name: string, entry: unknown, available: number) {
  if (!isObject(entry)) {
    throw new MalformedSafetensors(`${name}: not an object`);
  }
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(VIEWS, dtype)) {
    throw new MalformedSafetensors(`${name}: dtype ${String(dtype)} is not one of ${Object.keys(VIEWS).join(', ')}`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw new MalformedSafetensors(`${name}: shape is not a list of sizes`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw new MalformedSafetensors(`${name}: data_offsets are not two offsets`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > available) {
    throw new MalformedSafetensors(`${name}: bytes ${begin} to ${end} lie outside the ${available} bytes of data`);
  }
  const bytes = (shape as number[]).reduce((a, b) => a * b, 1) * VIEWS[dtype as Dtype].BYTES_PER_ELEMENT;
  if (bytes !== end - begin) {
    throw new MalformedSafetensors(`${name}: shape [${shape}] of ${dtype} needs ${bytes} bytes, the file gives ${end - begin}`);
  }
  return { dtype: dtype as Dtype, shape: shape as number[], begin, end };
}

function view(buffer: ArrayBuffer, dtype: Dtype, offset: number, bytes: number): TensorData {
  const View = VIEWS[dtype];
  return offset % View.BYTES_PER_ELEMENT === 0
    ? new View(buffer, offset, bytes / View.BYTES_PER_ELEMENT)
    : new View(buffer.slice(offset, offset + bytes));
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
