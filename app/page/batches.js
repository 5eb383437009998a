// Many texts through /predict/batch: packed within the service's limits, one request after the other.
// Left out: the page. `changed` is called whenever there is something new to show.

import { ask } from "./service.js";

const TEXTS = 250; // so that progress is seen, and 200 labels fit into Lambda's answer
const FRAME_BYTES = 100;
const bytes = (text) => new TextEncoder().encode(JSON.stringify(text)).length + 1;

export class Run {
	/** `rows` are those of `toRows`; each without an error gets its answer. */
	constructor(rows, { max_batch_texts, max_body_bytes }, changed) {
		Object.assign(this, { rows, changed, most: max_body_bytes, texts: Math.min(TEXTS, max_batch_texts) });
	}

	/** Asks for what has no answer yet, also after a stop; ends "done" or "stopped". */
	async go() {
		this.stops = new AbortController();
		this.next = 0;
		this.tell("running");
		try {
			for (let batch; (batch = this.pack()).length; this.tell("running")) await this.send(batch);
			this.tell("done");
		} catch (error) {
			this.tell("stopped", this.stops.signal.aborted ? "" : error.message);
		}
	}

	stop() {
		this.stops.abort();
	}

	tell(state, problem = "") {
		Object.assign(this, { state, problem });
		this.changed(this);
	}

	/** The next rows that fit into one request. */
	pack() {
		const batch = [];
		let size = FRAME_BYTES;
		for (; this.next < this.rows.length && batch.length < this.texts; this.next += 1) {
			const row = this.rows[this.next];
			if (row.error || row.answer) continue;
			const own = bytes(row.text);
			if (FRAME_BYTES + own > this.most) {
				row.error = `expected at most ${this.most} bytes`;
				continue;
			}
			size += own;
			if (size > this.most) break;
			batch.push(row);
		}
		return batch;
	}

	/** One request; where something before the service has a lower limit, two of half the size. */
	async send(batch) {
		const busy = (pause_s) => this.tell("running", `The service is busy; trying again in ${pause_s} s.`);
		try {
			keep(batch, await ask("predict/batch", { texts: batch.map((row) => row.text) }, this.stops.signal, busy));
		} catch (error) {
			const half = batch.length >> 1;
			if (error.status !== 413) throw error;
			if (!half) batch[0].error = error.message;
			else for (const part of [batch.slice(0, half), batch.slice(half)]) await this.send(part);
		}
	}
}

function keep(batch, { predictions, errors }) {
	for (const { index, detail } of errors) batch[index].error = detail;
	predictions.forEach((answer, index) => {
		if (!answer) return;
		const { label, score, scores, reliable, known, warnings } = answer;
		batch[index].answer = { label, score, scores, reliable, known, warnings };
	});
}
