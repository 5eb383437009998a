// As one types: asks once a person pauses, and lets only the newest text's answer through.
// Left out: what is asked and what is shown.

const PAUSE_MS = 120;
const LONGEST_MS = 1000;

/** How long to wait for the next key: longer for long texts, which cost the service more. */
const pause = (text) => Math.min(LONGEST_MS, PAUSE_MS + text.length / 20);

/** A function to call with each new text; an older one's request is aborted, and what still comes is dropped. */
export function newest(ask, answered, failed) {
	let timer;
	let current = new AbortController();
	return (text, wait_ms = pause(text)) => {
		clearTimeout(timer);
		current.abort();
		current = new AbortController();
		if (text) timer = setTimeout(run, wait_ms, text, current);
	};

	async function run(text, own) {
		try {
			const answer = await ask(text, own.signal);
			if (own === current) answered(text, answer);
		} catch (error) {
			if (own === current) failed(error);
		}
	}
}

/** Whether a text may have more than one sentence; the service decides. */
export const maySplit = (text) => /[.!?…‼⁇⁈⁉।॥؟۔]["'”’»)\]]*\s+\S|[。！？｡．\n\r\u2028\u2029]\s*\S/u.test(text.trim());
