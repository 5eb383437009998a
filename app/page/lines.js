// A file as records, read in pieces so that the page never stands still: .csv, .txt (a text a line), .jsonl.
// Left out: which column holds the text, and what a record without one means (`rows`).

import { separator } from "./columns.js";
import { breaks, line, record } from "./csv.js";

const PIECE_BYTES = 1 << 18;
const LARGEST_BYTES = 100 << 20;
const SAVE_AS = "A spreadsheet program saves its tables as .csv.";
const [texts, objects] = [lines((text) => ({ fields: [text] })), lines(object)];
const KINDS = { csv: table, tsv: table, txt: texts, jsonl: objects, ndjson: objects };

/**
 * {records, encoding, separator}: a record has its first `line`, and `fields` or an `error`; a table has a separator.
 * `progress` is told the share that is read. Throws an error in plain words.
 */
export async function readFile(file, progress) {
	const kind = KINDS[file.name.toLowerCase().split(".").pop()];
	if (!kind) throw new Error(`Choose a .csv, .txt or .jsonl file. ${SAVE_AS}`);
	if (file.size > LARGEST_BYTES) throw new Error("The page reads up to 100 MB. The command line reads more.");
	const encoding = encodingOf(await piece(file, 0));
	const decoder = new TextDecoder(encoding);
	const records = [];
	let [rest, number, next] = ["", 1, null];
	for (let from = 0, last = false; !last; ) {
		const bytes = await piece(file, from);
		from += PIECE_BYTES;
		last = from >= file.size;
		rest += decoder.decode(bytes, { stream: !last });
		next ??= kind(rest);
		let at = 0;
		for (let found; at < rest.length && (found = next(rest, at, last)); at = found.end) {
			const { end, fields, error } = found;
			if (error || fields.some((field) => field.trim())) records.push({ line: number, fields, error });
			number += breaks(rest.slice(at, end));
		}
		rest = rest.slice(at);
		progress(Math.min(1, from / file.size));
	}
	return { records, encoding, separator: next.separator };
}

async function piece(file, from) {
	try {
		return new Uint8Array(await file.slice(from, from + PIECE_BYTES).arrayBuffer());
	} catch {
		throw new Error("The file cannot be read any more. Was it moved or changed?");
	}
}

/** By the file's mark; else UTF-8, unless its first piece cannot be, as programs of Windows write it. */
function encodingOf(bytes) {
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
	if (bytes.includes(0)) throw new Error(`This is no text file. ${SAVE_AS}`);
	const text = new TextDecoder().decode(bytes, { stream: true });
	const proof = /[^\0-\x7f\ufffd]/.test(text); // letters that only UTF-8 makes: then a line or two are damaged
	return text.includes("\ufffd") && !proof ? "windows-1252" : "utf-8";
}

function table(sample) {
	const by = separator(sample);
	return Object.assign((text, at, last) => record(text, at, by, last), { separator: by });
}

function lines(read) {
	return () => (rest, at, last) => {
		const found = line(rest, at, last);
		return found && { ...read(rest.slice(at, found.stop)), end: found.end };
	};
}

/** One line of JSON: a string, or an object with "text" and perhaps "id". */
function object(content) {
	if (!content.trim()) return { fields: [] };
	try {
		const found = JSON.parse(content);
		const { text, id = "" } = typeof found === "string" ? { text: found } : (found ?? {});
		if (typeof text === "string") return { fields: [text, String(id)] };
		return { error: 'expected a string or an object with "text"' };
	} catch {
		return { error: "expected JSON" };
	}
}
