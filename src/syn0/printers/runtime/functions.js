// Functions of one or two numbers that JavaScript lacks.

// piece: matrix
const table = (rows) => rows.map((row) => Real.from(row));

const matrix = (rows, columns) => Array.from({ length: rows }, () => new Real(columns));

// piece: square
const square = (x) => x * x;

// piece: least
const least = (a, b) => (b < a ? b : a);

// piece: figure
// A number in so many digits, as C's %g has it.
const figure = (value, digits) => {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
    const [number, exponent] = value.toExponential(digits - 1).split("e");
    if (-4 <= exponent && exponent < digits) return String(Number(value.toPrecision(digits)));
    return `${Number(number)}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
};
