// Elements: found, made and filled, always with text, so that nothing typed or sent becomes markup.
// Left out: what they show.

export const at = (id) => document.getElementById(id);
export const on = (id, type, act) => at(id).addEventListener(type, act);
export const fill = (id, ...children) => at(id).replaceChildren(...children);

/** A new element; an attribute may be a listener, by its event's name, or a CSS variable. */
export function el(tag, attributes = {}, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === "function") made.addEventListener(name, value);
		else if (name.startsWith("--")) made.style.setProperty(name, value);
		else if (value !== false) made.setAttribute(name, value);
	}
	made.append(...children);
	return made;
}

export const button = (does, click, attributes = {}) => el("button", { click, ...attributes }, does);

export function show(visible, ...ids) {
	for (const id of ids) at(id).hidden = !visible;
}

/** The first `most` items in the list `id`, the others folded away in `id-rest`. */
export function fold(id, items, most, told) {
	const rest = at(`${id}-rest`);
	fill(id, ...items.slice(0, most));
	rest.lastElementChild.replaceChildren(...items.slice(most));
	rest.hidden = items.length <= most;
	rest.firstElementChild.textContent = told(items.length - most);
}

/** Tells a problem, or none, with a button where there is something to do. */
export function complain(id, message, does, action) {
	fill(id, ...(message ? [el("p", { class: "problem" }, message), does ? button(does, action) : ""] : []));
}

let waiting;

/** Tells screen readers, unless something newer comes within `wait_ms`. */
export function announce(text, wait_ms = 1000) {
	hush();
	waiting = setTimeout(() => fill("status", text), wait_ms);
}

/** What was to be told is out of date. */
export const hush = () => clearTimeout(waiting);
