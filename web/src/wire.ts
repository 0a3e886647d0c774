// Messages as bytes, and back: the framing that protocol.ts describes.
import type { ToPage, ToPython, WireArray } from "./protocol";

export type Typed = Float64Array | Float32Array | Int32Array | Uint8Array;

/** An array of a message. */
export interface Wired {
  readonly shape: readonly number[];
  readonly values: Typed;
}

/** A message with the arrays that its header speaks of. */
export interface Received {
  readonly message: ToPage;
  readonly arrays: readonly Wired[];
}

const KINDS = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

export function unpack(bytes: Uint8Array): Received {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + view.getUint32(0, true);
  const message = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start))) as ToPage;
  const arrays = (message.wire ?? []).map((entry) => arrayIn(bytes, start, entry));
  return { message, arrays };
}

function arrayIn(bytes: Uint8Array, start: number, { dtype, shape, offset }: WireArray): Wired {
  const Kind = KINDS[dtype];
  const length = shape.reduce((product, n) => product * n, 1);
  const from = start + offset;
  // A copy, since the bytes of a message need not lie where a typed array may begin.
  const copy = bytes.slice(from, from + length * Kind.BYTES_PER_ELEMENT);
  return { shape, values: new Kind(copy.buffer, 0, length) };
}

export function pack(message: ToPython, content?: Uint8Array): Uint8Array<ArrayBuffer> {
  const wire: WireArray[] = content ? [{ dtype: "uint8", shape: [content.length], offset: 0 }] : [];
  const head = new TextEncoder().encode(JSON.stringify({ ...message, wire }));
  const start = 8 * Math.ceil((4 + head.length) / 8);
  const bytes = new Uint8Array(start + (content?.length ?? 0));
  bytes.fill(32, 4, start);
  bytes.set(head, 4);
  new DataView(bytes.buffer).setUint32(0, start - 4, true);
  if (content) bytes.set(content, start);
  return bytes;
}
