// Comma-separated values (RFC 4180): read one record at a time, and written without formulas.
// Left out: which separator a file has and which column holds the text (`columns`).

const LONGEST = 1_000_000; // characters; a quote that is never closed must not take the rest of the file
const LINE_END = /\r\n|\n|\r/g;

/** How many line ends a text has. */
export const breaks = (text) => text.match(LINE_END)?.length ?? 0;

/** Where the line at `from` stops and the next begins (`end`); undefined where more text is needed to tell. */
export function line(text, from, last) {
	LINE_END.lastIndex = from;
	const found = LINE_END.exec(text);
	const open = !found || (found[0] === "\r" && LINE_END.lastIndex === text.length); // the rest may begin with \n
	if (open && !last) return undefined;
	const stop = found ? found.index : text.length;
	return { stop, end: stop + (found ? found[0].length : 0) };
}

/**
 * The record at `from`: its `fields`, or an `error` of its first line alone, and where the next one begins (`end`);
 * undefined where more text is needed.
 */
export function record(text, from, separator, last) {
	const fields = [];
	for (let at = from; ; at += 1) {
		const field = text[at] === '"' ? quoted(text, at, from, last) : plain(text, at, separator);
		if (!field.error && field.end === text.length && !last) return undefined;
		fields.push(field.value);
		at = field.end;
		if (!field.error && at < text.length && text[at] === separator) continue;
		const stray = at < text.length && !"\r\n".includes(text[at]) && "a quote inside quotes is not doubled";
		const error = field.error || stray;
		const next = line(text, error ? from : at, last);
		return next && { ...(error ? { error } : { fields }), end: next.end };
	}
}

function plain(text, at, separator) {
	let end = at;
	while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end += 1;
	return { value: text.slice(at, end), end };
}

function quoted(text, at, from, last) {
	let end = text.indexOf('"', at + 1);
	while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
	if (end >= 0 && end - from <= LONGEST) return { value: text.slice(at + 1, end).replaceAll('""', '"'), end: end + 1 };
	return last || text.length - from > LONGEST ? { error: "a quote is not closed" } : { end: text.length };
}

/** One line of a file to download. */
export const written = (cells) => `${cells.map(cell).join(",")}\r\n`;

/** What begins as a formula has an apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection). */
function cell(value) {
	const text = String(value ?? "").replace(/^(?=[=+\-@\t\r])/, "'");
	return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
