// Places in a text: the service counts Unicode code points, JavaScript halves of those beyond U+FFFF.
// Left out: who uses them. In "😀b", b is at 1 for the service and at 2 here.

/** A function from a place in code points to one that `slice` takes. */
export function codePoints(text) {
	if (!/[\ud800-\udfff]/.test(text)) return (place) => place;
	const places = [];
	let at = 0;
	for (const character of text) {
		places.push(at);
		at += character.length;
	}
	return (place) => places[place] ?? text.length;
}

/** A text cut where a span of a reason begins or ends: pieces, with the indexes of the reasons that cover them. */
export function pieces(text, reasons) {
	const place = codePoints(text);
	const edges = ([start, end], index) => [[place(start), index, 1], [place(end), index, -1]];
	const turns = reasons.flatMap(({ spans }, index) => spans.flatMap((span) => edges(span, index)));
	turns.sort((a, b) => a[0] - b[0]);
	const [found, open] = [[], new Map()]; // how many spans of a reason are open: its own may overlap
	let from = 0;
	for (const [to, index, by] of [...turns, [text.length]]) {
		if (to > from) found.push({ text: text.slice(from, to), reasons: [...open.keys()] });
		open.set(index, (open.get(index) ?? 0) + by);
		if (!open.get(index)) open.delete(index);
		from = to;
	}
	return found;
}
