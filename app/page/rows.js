// Records to rows: each with its line and its text, or why it has none, and later its answer.
// Left out: reading (`lines`) and asking (`batches`).

import { written } from "./csv.js";
import { counted, doubts } from "./words.js";

/** What `readFile` gave as rows, with the text in one column; `names`: the first record is no text. */
export function toRows({ records, encoding, separator }, column, names, limits) {
	const first = records.findIndex((one) => one.fields);
	const width = separator === undefined ? 0 : records[first].fields.length;
	return records.filter((_, n) => !names || n !== first).map(({ line, fields = [], error }) => {
		const text = (fields[column] ?? "").toWellFormed();
		return { line, fields, text, error: error || wrong(text, fields, width, encoding, limits.max_text_chars) };
	});
}

function wrong(text, fields, width, encoding, most) {
	const extra = fields.slice(width).some(Boolean); // not only separators at the end
	if (width && (fields.length < width || extra)) return `expected ${width} columns, found ${fields.length}`;
	if (encoding === "utf-8" && text.includes("\ufffd")) return "expected UTF-8";
	if (!text.trim()) return "holds no text";
	const chars = text.length > most ? [...text].length : 0;
	return chars > most ? `expected at most ${counted(most)} characters, found ${counted(chars)}` : "";
}

/** How many rows are answered, broken and doubtful; `labels` has [all, doubtful] of each label. */
export function tally(rows, model) {
	const labels = Object.fromEntries(model.labels.map((label) => [label, [0, 0]]));
	const found = { answered: 0, broken: 0, doubtful: 0, labels };
	for (const { answer, error } of rows) {
		if (error) found.broken += 1;
		if (!answer) continue;
		const doubtful = doubts(answer, model) ? 1 : 0;
		const label = (labels[answer.label] ??= [0, 0]);
		label[0] += 1;
		label[1] += doubtful;
		found.doubtful += doubtful;
		found.answered += 1;
	}
	return found;
}

/** A line a row: its own columns, then the answer. With a mark, so that Excel reads UTF-8. */
export function toCsv(rows, head, model) {
	const names = "label score reliable known doubts error".split(" ").concat(model.labels.map((one) => `score ${one}`));
	const parts = rows.map(({ line, fields, answer, error }) => {
		const { label, score, reliable, known, scores = {} } = answer ?? {};
		const why = answer ? [doubts(answer, model), ""] : ["", error || "not asked yet"];
		const told = [label, score, reliable, known, ...why, ...model.labels.map((one) => scores[one])];
		return written([line, ...head.map((_, n) => fields[n]), ...told]);
	});
	return new Blob(["\ufeff", written(["line", ...head, ...names]), ...parts], { type: "text/csv" });
}
