// From what a caller hands in to the matrices that a model reads.

// piece: rooms
const room = (count, ...columns) =>
    Array.from({ length: count }, () => (columns.length ? room(...columns) : 0));

// piece: cell
const cell = (row, name, i) => {
    if (!Object.hasOwn(row, name)) throw new Error(`row ${i + 1} lacks the column '${name}'`);
    return row[name];
};

// piece: number, needs: cell
// A number; NaN where one is missing, if it may be.
const as_number = (value, name, i, gaps) => {
    const missing = [null, undefined, ""].includes(value) || Number.isNaN(value);
    const found = missing ? NaN : Number(value);
    const fits = missing ? gaps : Number.isFinite(found);
    if (!fits) throw new Error(`column '${name}' holds no number in row ${i + 1}, but ${value}`);
    return found;
};

// piece: numbers, needs: number
const numbers_of = (table, names, gaps) =>
    table.map((row, i) => names.map((name) => as_number(cell(row, name, i), name, i, gaps)));

// piece: rows, needs: number
const rows_of = (X, columns) =>
    X.map((row, i) => {
        if (row.length !== columns)
            throw new Error(`row ${i + 1} holds ${row.length} numbers, not ${columns}`);
        return Array.from(row, (value, j) => as_number(value, j + 1, i, false));
    });

// piece: texts, needs: cell
// Texts; "" where one is missing.
const texts_of = (table, name, missing) =>
    table.map((row, i) => {
        const value = cell(row, name, i);
        if (value === null || value === undefined || Number.isNaN(value)) return [""];
        const words = { true: "True", false: "False" };
        const text = typeof value === "boolean" ? words[value] : String(value).trim();
        return [missing.includes(text) ? "" : text];
    });

// piece: smoothly_clipped
const smoothly_clipped = (z, reach) => z / Math.hypot(1, z / reach);

// piece: finite
const finite = (values) => {
    if (!values.every(Number.isFinite)) throw new Error("a prediction is no finite number");
    return values;
};
