// Faults: why a call could not be answered, and what is certain then.
"use strict";

// A Fault is an answer, as the messages of all calls carry it. Every kind but
// KIND_UNSPECIFIED promises that nothing was written.
class Fault extends Error {
  constructor(kind, text, key = "") {
    super(text);
    this.kind = kind;
    this.key = key;
  }
}

const kind = (name) => (text) => new Fault(name, text);

module.exports = {
  Fault,
  config: (key, text) => new Fault("KIND_CONFIG", text, key),
  invalid: kind("KIND_INVALID"),
  refused: kind("KIND_REFUSED"),
  unavailable: kind("KIND_UNAVAILABLE"),
  unknown: kind("KIND_UNSPECIFIED"),
};
