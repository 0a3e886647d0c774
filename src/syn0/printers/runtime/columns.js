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

// piece: alike
// Whether two answers are the same, or numbers that are near each other.
const alike = (one, other) =>
    Array.isArray(other)
        ? one.length === other.length && other.every((value, k) => alike(one[k], value))
        : typeof other === "number"
          ? Math.abs(one - other) <= 1e-5 + 1e-4 * Math.abs(other)
          : one === other;

// piece: wrong_row, needs: alike
// The place of the first row whose answers are not those that are expected, or -1.
const wrong_row = (found, expected) =>
    expected.findIndex((row, i) =>
        Object.keys(row).some((role) => !alike(found[i][role], row[role])),
    );

// piece: check, needs: wrong_row
// Whether all answers are those that are expected, for a first look.
const check = (found, expected) => {
    const place = wrong_row(found, expected);
    const [one, other] = [found[place], expected[place]].map((row) => JSON.stringify(row));
    if (place >= 0) throw new Error(`row ${place + 1}: ${one} is not as expected: ${other}`);
    console.log(`${expected.length} rows are predicted as expected`);
};
