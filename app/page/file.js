// A file once it is dropped: read, its column guessed, its texts asked, stop, go on, download.
// Left out: each of these steps.

import { Run } from "./batches.js";
import { guess } from "./columns.js";
import { announce, at, complain, el, fill, on, show } from "./dom.js";
import { readFile } from "./lines.js";
import { toCsv, toRows } from "./rows.js";
import { drawTable, newTable, tableControls } from "./table.js";
import { counted, percent } from "./words.js";

const SEPARATORS = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };
const SAMPLE = 40;
let current = {}; // file, what was read of it, the fields of its first records, run

/** Listens for files; `model()` gives the model, `explain(text)` shows a text's answer. */
export function files(model, explain) {
	const again = () => start(model(), explain);
	const begin = ([file]) => file && take(file, again);
	on("file", "change", ({ target }) => {
		begin(target.files);
		target.value = ""; // so that the same file can be chosen again
	});
	for (const name of ["dragover", "dragleave", "drop"]) addEventListener(name, (event) => dragged(event, begin));
	on("columns", "change", again);
	on("stop", "click", () => current.run.stop());
	on("go", "click", () => current.run.go());
	on("save", "click", () => save(model()));
	tableControls();
}

function dragged(event, begin) {
	if (!event.dataTransfer.types.includes("Files")) return;
	event.preventDefault();
	at("drop").classList.toggle("over", event.type === "dragover");
	if (event.type === "drop") begin(event.dataTransfer.files);
}

async function take(file, then) {
	current.run?.stop();
	const own = (current = { file });
	const still = (act) => own === current && act(); // no other file has come
	show(true, "bulk");
	show(false, "columns", "results", "stop", "go");
	fill("bulk-name", file.name);
	fill("bulk-note");
	complain("bulk-problem");
	at("bulk-name").focus();
	try {
		own.read = await readFile(file, (share) => still(() => progress(share, 1, `Reading, ${percent(share, 0)}`)));
		own.first = own.read.records.flatMap(({ fields }) => (fields ? [fields] : [])).slice(0, 100);
		if (!own.first.length) throw new Error("The file holds no line that can be read.");
		still(propose);
		still(then);
	} catch ({ message }) {
		still(() => complain("bulk-problem", message));
	}
}

function progress(value, max, words) {
	Object.assign(at("progress"), { value, max });
	fill("done", words);
}

const isTable = () => current.read.separator !== undefined;

/** What was guessed of a file, for the person to change. */
function propose() {
	const { separator, encoding } = current.read;
	const { names, column } = isTable() ? guess(current.first) : { names: false, column: 0 };
	at("names").checked = names;
	columns(column);
	show(isTable(), "columns");
	const by = separator ? `Separated by ${SEPARATORS[separator]}. ` : "";
	fill("bulk-note", by, encoding === "utf-8" ? "" : `Read as ${encoding}, since it is not UTF-8.`);
}

function head() {
	const [first] = current.first;
	if (!isTable()) return ["text", "id"].slice(0, first.length);
	return first.map((name, n) => (at("names").checked ? name : `column ${n + 1}`));
}

function columns(chosen) {
	const sample = current.first[at("names").checked ? 1 : 0] ?? [];
	const told = (name, n) => `${name} (${(sample[n] ?? "").slice(0, SAMPLE)})`;
	fill("column", ...head().map((name, n) => el("option", { value: n, selected: n === chosen }, told(name, n))));
}

/** Asks for the texts of the chosen column, from the first on. */
function start(model, explain) {
	const column = Number(at("column").value);
	current.run?.stop();
	columns(column);
	const rows = toRows(current.read, column, at("names").checked, model.limits);
	newTable(rows, model, explain);
	current.run = new Run(rows, model.limits, draw);
	current.run.go();
}

function draw(run) {
	if (run !== current.run) return;
	const { rows, state, problem } = run;
	const { answered, broken } = drawTable();
	const all = rows.length - broken;
	const done = `${counted(answered)} of ${counted(all)} answered${broken ? `, ${counted(broken)} not read` : ""}`;
	progress(answered, all || 1, done);
	show(state === "running", "stop");
	show(state === "stopped", "go");
	complain("bulk-problem", problem && problem + (state === "stopped" ? " What has been answered is kept." : ""));
	if (state !== "running") announce(`${state}: ${done}.`, 0);
}

function save(model) {
	const url = URL.createObjectURL(toCsv(current.run.rows, head(), model));
	el("a", { href: url, download: `${current.file.name.replace(/\.[^.]*$/, "")}.predictions.csv` }).click();
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
