// How numbers look in cells and labels. Exact text always comes from Python.

/** A number in at most seven characters, three digits of it: 0.397, -0.165, 12.3, 4.1e-3. */
export function short(x: number): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "-∞";
  const size = Math.abs(x);
  if (size === 0) return "0";
  if (Number.isInteger(x) && size < 10_000) return String(x);
  if (size >= 9999.5) return exponent(x, 1);
  if (size >= 99.95) return x.toFixed(0);
  if (size >= 9.995) return x.toFixed(1);
  if (size >= 0.99995) return x.toFixed(2);
  if (size >= 0.0095) return x.toFixed(3);
  return exponent(x, 1);
}

/** A number with four significant digits, for sentences and axes. */
export function plain(x: number): string {
  if (!Number.isFinite(x) || x === 0) return short(x);
  const size = Math.abs(x);
  if (size >= 1e-4 && size < 1e6) return String(Number(x.toPrecision(4)));
  return exponent(x, 3);
}

/** A count with thousands set apart. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

function exponent(x: number, digits: number): string {
  return x.toExponential(digits).replace("e+", "e").replace(".0e", "e");
}

/** "(4, 1)", as Python writes shapes; "()" is a number. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}
