// A table's shape, guessed from its first records: separator, names in the first line or none, where the text is.
// Left out: certainty. The page shows the guess, and a person may change it.

import { record } from "./csv.js";

const SEPARATORS = [",", ";", "\t", "|"];
const LOOKED_AT = 50;
const AGREED = 0.5;
const LONGEST_NAME = 40;
const NAMES = "text sentence review body comment content message headline title tweet description".split(" ");

/** The first records of a text, without broken and empty ones. */
function first(text, separator) {
	const found = [];
	for (let at = 0, next; at < text.length && found.length < LOOKED_AT; at = next.end) {
		next = record(text, at, separator, true);
		if (next.fields?.join("")) found.push(next.fields);
	}
	return found;
}

/** What gives most records as many fields as the first one, and more than one; "" where nothing does. */
export function separator(text) {
	let [best, most] = ["", AGREED];
	for (const tried of SEPARATORS) {
		const records = first(text, tried);
		const width = records[0]?.length;
		const agreed = records.filter((fields) => fields.length === width).length / records.length;
		if (width > 1 && agreed > most) [best, most] = [tried, agreed];
	}
	return best;
}

/** A name's place among those that columns of texts have, by any of its words; past all where it is none. */
function rank(name) {
	const words = name.toLowerCase().split(/[\s_.-]+/);
	const found = NAMES.findIndex((known) => words.includes(known));
	return found < 0 ? NAMES.length : found;
}

/** The column with the longest texts, and their mean length. */
function longest(records) {
	const chars = (column) => records.reduce((sum, fields) => sum + (fields[column] ?? "").length, 0) / records.length;
	const means = records[0].map((_, column) => chars(column));
	const most = Math.max(...means);
	return { column: means.indexOf(most), most };
}

const isName = (text) => text.trim() && text.length <= LONGEST_NAME && !/^[-+\d.,\s]+$/.test(text);

/** Of records: whether the first holds `names` (a known one, or short above long texts), and the text's `column`. */
export function guess([head, ...rest]) {
	const long = longest(rest.length ? rest : [head]);
	const ranks = head.map(rank);
	const best = Math.min(...ranks);
	const known = best < NAMES.length;
	const names = rest.length > 0 && head.every(isName) && (known || long.most > 2 * (head[long.column] ?? "").length);
	return { names, column: names && known ? ranks.indexOf(best) : long.column };
}
