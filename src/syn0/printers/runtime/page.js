// What a page that predicts does. Names and texts are a user's: they are shown as text, never as
// markup.

// piece: page
const element = (tag, text = "", more = {}) =>
    Object.assign(document.createElement(tag), { textContent: text }, more);

const named = (tag, text, more) => Object.assign(element(tag, text, more), { dir: "auto" });

const MISSING = "(missing)";
const ANOTHER = "(another)";

// What a field holds: a control, and how its value is read.
const control = ({ choices, value, step }) => {
    if (!choices) {
        const input = element("input", "", { type: "number", step, value: value ?? "" });
        return [input, () => (input.value === "" ? null : Number(input.value))];
    }
    const values = [...choices, null, "\uffff"];
    const select = element("select");
    for (const text of [...choices, MISSING, ANOTHER]) select.append(named("option", text));
    select.selectedIndex = values.indexOf(value);
    return [select, () => values[select.selectedIndex]];
};

const form = document.querySelector("form");
const output = document.querySelector("output");
const reads = FIELDS.map((field) => {
    const [input, read] = control(field);
    const label = element("label");
    label.append(named("span", field.name), input);
    form.append(label);
    return [field.name, read];
});

const figure = (value) => String(Number(value.toPrecision(6)));

const shown = ({ label, variable, ...others }) => {
    const answer = [label ?? variable].flat();
    const rows = [named("p", answer.map((x) => (typeof x === "number" ? figure(x) : x)).join(", "))];
    for (const [role, values] of Object.entries(others)) {
        const table = element("table");
        values.forEach((value, k) => {
            const row = element("tr");
            const bar = element("meter", "", { value, min: 0, max: 1 });
            row.append(named("th", CLASSES[k] ?? `${role} ${k + 1}`), element("td", figure(value)));
            if (role === "probabilities") row.append(element("td"));
            if (role === "probabilities") row.lastChild.append(bar);
            table.append(row);
        });
        rows.push(table);
    }
    return rows;
};

const answer = () => {
    const values = reads.map(([name, read]) => [name, read()]);
    const row = BY_NAME ? Object.fromEntries(values) : values.map(([, value]) => value);
    try {
        output.replaceChildren(...shown(predict([row])[0]));
    } catch (error) {
        output.replaceChildren(element("p", error.message));
    }
};

const tried = () => {
    const wrong = wrong_row(predict(TRIED), EXPECTED);
    return wrong < 0
        ? `Self-test: ${EXPECTED.length} rows are predicted as expected.`
        : `Self-test: row ${wrong + 1} is not predicted as expected.`;
};

form.addEventListener("input", answer);
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("footer").textContent = tried();
answer();
