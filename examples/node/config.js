// The section of stormlock's configuration file that belongs to this backend. It
// comes with every request, as it stands there: what a secret's KEY_file or KEY_env
// leads to is for the backend to read.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const fault = require("./fault");

const OPTIONS = [
  {
    key: "url",
    help: "redis://USER:PASSWORD@HOST:PORT/DATABASE, with rediss:// for TLS",
    default: "redis://localhost:6379",
    secret: true,
  },
  {
    key: "prefix",
    help: "what the keys of all locks begin with, to keep them apart from other data",
    default: "noderedis:",
  },
];

const SOURCES = {
  "": (value) => value,
  _file: (name) => {
    if (!path.isAbsolute(name)) throw new Error("is not an absolute path");
    return fs.readFileSync(name, "utf8").replace(/\r?\n$/, "");
  },
  _env: (name) => process.env[name] ?? "",
};

const spellings = ({ key, secret }) => (secret ? Object.keys(SOURCES).map((end) => key + end) : [key]);

// read returns the value of each option. An unknown key is an error: it may be the
// misspelt name of one that decides which store is meant.
function read(section) {
  const known = OPTIONS.flatMap(spellings);
  for (const key of Object.keys(section).sort()) {
    if (!known.includes(key)) throw fault.config(key, `is not known to this backend; ${hint(key)}`);
  }
  return Object.fromEntries(OPTIONS.map((option) => [option.key, value(section, option)]));
}

function value(section, option) {
  const given = spellings(option).filter((key) => key in section);
  if (given.length > 1) throw fault.config(given[1], "gives a value that another key gives too; keep one of them");
  if (given.length === 0) return option.default;
  const [key] = given;
  let found;
  try {
    found = SOURCES[key.slice(option.key.length)](section[key]);
  } catch (error) {
    // Without the path: it may be the secret, under the wrong key.
    throw fault.config(key, error.code ? `names a file that cannot be read: ${error.code}` : error.message);
  }
  if (!found) throw fault.config(key, "is empty; give it a value, or remove it for the default");
  return found;
}

function hint(key) {
  const meant = OPTIONS.flatMap(spellings).find((known) => near(known, key, 2));
  return meant ? `did you mean "${meant}"?` : `it knows ${OPTIONS.map((option) => option.key).join(", ")}`;
}

// near reports whether one can be made of the other by so many letters that are added,
// dropped or changed.
function near(a, b, most) {
  if (a === b) return true;
  if (most === 0) return false;
  if (a[0] === b[0]) return near(a.slice(1), b.slice(1), most);
  return near(a.slice(1), b, most - 1) || near(a, b.slice(1), most - 1) || near(a.slice(1), b.slice(1), most - 1);
}

module.exports = { OPTIONS, read };
