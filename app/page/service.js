// The service: one request and its answer, or an error in plain words; asked once more where it is busy.
// Left out: when to ask, and what is shown.

const ROOT = new URL("..", import.meta.url); // also below a stage or a proxy's prefix
const PATIENCE_MS = 30_000;
const LONGEST_PAUSE_S = 10;
const isBusy = (status) => status === 429 || status === 503;

export const access = { key: "" };
export const address = (path) => new URL(path, ROOT).href;

const refusal = (message, status) => Object.assign(new Error(message), { status });

/** The answer to POST `body`, or to GET. Throws an error with a `status`, or what `signal` was aborted with. */
export async function ask(path, body, signal = new AbortController().signal, waits = () => {}) {
	let reply = await once(path, body, signal);
	const pause_s = Math.ceil(Number(reply.headers.get("retry-after")) || 1);
	if (isBusy(reply.status) && pause_s <= LONGEST_PAUSE_S) {
		waits(pause_s);
		await sleep(pause_s * 1000 * (1 + Math.random() / 4), signal); // not all who were refused at once
		reply = await once(path, body, signal);
	}
	return read(reply);
}

async function once(path, body, signal) {
	const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
	const headers = access.key ? { "x-api-key": utf8(access.key) } : {};
	const post = body && { method: "POST", body: JSON.stringify(body) };
	if (post) headers["content-type"] = "application/json";
	try {
		const reply = await fetch(address(path), { ...post, headers, signal: patience });
		return { status: reply.status, headers: reply.headers, text: await reply.text() };
	} catch (error) {
		signal.throwIfAborted();
		throw refusal(`The service ${error.name === "TimeoutError" ? "did not answer in time" : "cannot be reached"}.`);
	}
}

/** A key as a header holds it: a character a byte. */
const utf8 = (key) => String.fromCharCode(...new TextEncoder().encode(key));

function sleep(ms, signal) {
	return new Promise((resolve, reject) => {
		setTimeout(resolve, ms);
		signal.addEventListener("abort", () => reject(signal.reason));
	});
}

function read({ status, headers, text }) {
	const found = parsed(text);
	if (status < 300 && found) return found;
	if (found?.title) throw refusal(`${found.title}. ${found.detail}`, status);
	if (!isBusy(status)) throw refusal(`The service answered with status ${status}.`, status);
	const pause = headers.get("retry-after");
	throw refusal(`The service is busy.${pause ? ` It asks to wait ${pause} seconds.` : ""}`, status);
}

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null; // what stands before the service may answer with a page
	}
}
