#!/usr/bin/env node
// stormlock-backend-noderedis keeps locks in a Redis server.
//
// It is an example of a stormlock backend in Node.js. Read store.js and the
// scripts in lua first, which hold the rules of the lock; service.js is the
// protocol, plugin.js the process.
"use strict";

const { version } = require("./package.json");
const plugin = require("./plugin");

const NAME = "noderedis";

plugin.leaveUnlessStartedByStormlock(NAME, version);
plugin.serve(require("./service").service(NAME, version));
