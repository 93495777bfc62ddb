// Until when a call may change anything.
"use strict";

const fault = require("./fault");

const ANSWER = 200; // milliseconds: at most so much before the caller's deadline ours is
const WITHOUT = 30_000; // milliseconds, for a call that came without a deadline
const LONGEST = 3_600_000; // milliseconds: ids that were released are noted for longer

// A Deadline is the caller's, less what an answer needs: "certainly nothing was
// written" is worth something only while somebody waits for it.
class Deadline {
  #call;
  #end;

  constructor(call) {
    const asked = Number(call.getDeadline()) - Date.now();
    const left = Number.isFinite(asked) ? Math.min(asked, LONGEST) : WITHOUT;
    this.#call = call;
    this.#end = performance.now() + left - Math.min(ANSWER, left / 10);
  }

  // left is in milliseconds.
  left() {
    return Math.max(0, this.#end - performance.now());
  }

  // check is the last look before something is sent.
  check() {
    if (this.#call.cancelled || !this.left()) {
      throw fault.unavailable("the time was up before anything was sent");
    }
  }

  // bound waits for an answer, but not longer than somebody else waits for ours.
  async bound(answer) {
    let timer;
    const over = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("the server gave no answer in time")), this.left());
    });
    try {
      return await Promise.race([answer, over]);
    } finally {
      clearTimeout(timer);
    }
  }
}

module.exports = { Deadline };
