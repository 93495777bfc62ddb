// The calls of backend.proto.
"use strict";

const { once } = require("node:events");
const path = require("node:path");

const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const config = require("./config");
const fault = require("./fault");
const { Deadline } = require("./deadline");
const { Store } = require("./store");

const PROTO = path.join(__dirname, "build", "backend.proto");
const MOST_TTL = 10 * 365 * 24 * 60 * 60 * 1000; // milliseconds
const ID = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

// service returns what is to be served.
function service(name, version) {
  const plain = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true };
  const loaded = loader.loadSync(PROTO, plain);
  const { service: definition } = grpc.loadPackageDefinition(loaded).stormlock.backend.v1.Backend;
  const calls = {
    Describe: (_, callback) => callback(null, { name, version, options: config.OPTIONS }),
    Acquire: answering(acquire),
    Renew: answering(renew),
    Release: answering(release),
    Current: answering(current),
    Setup: answering(setup),
    Check: answering(check),
    List: list,
  };
  return { definition, calls };
}

async function acquire(store, { lease }, deadline) {
  const want = acquirable(lease);
  const got = await store.acquire(want, deadline);
  return got.id === want.id ? { acquired: got } : { held: got };
}

async function renew(store, { lease }, deadline) {
  const renewed = await store.renew(lasting(named(lease)), deadline);
  return renewed ? { renewed } : { not_held: {} };
}

async function release(store, { lease }, deadline) {
  return (await store.release(named(lease), deadline)) ? { released: {} } : { not_held: {} };
}

async function current(store, { resource }, deadline) {
  const found = await store.current(resource, deadline);
  return found ? { current: found } : { not_held: {} };
}

// setup has nothing to create, but fails where the store cannot be asked.
async function setup(store, _, deadline) {
  await store.current("setup", deadline);
  return { done: {} };
}

async function check(store, _, deadline) {
  const findings = await store.check(deadline);
  return { done: {}, findings: findings.map(([about, level, message]) => ({ about, level, message })) };
}

async function list(call) {
  const { request } = call;
  const deadline = new Deadline(call);
  try {
    const { store, warnings } = opened(request.config);
    if (warnings.length) call.write({ warnings });
    for await (const leases of store.list(request.prefix, deadline)) {
      if (call.cancelled) return;
      const full = leases.length > 0 && !call.write({ leases: { leases } });
      if (full) await Promise.race([once(call, "drain"), once(call, "cancelled")]);
    }
  } catch (error) {
    call.write({ fault: faultOf(error, request.config) });
  }
  call.end();
}

// answering makes a call of one that returns an outcome. A fault is an answer too.
function answering(outcome) {
  return async (call, callback) => {
    const { request } = call;
    try {
      const { store, warnings } = opened(request.config);
      callback(null, { ...(await outcome(store, request, new Deadline(call))), warnings });
    } catch (error) {
      callback(null, { fault: faultOf(error, request.config) });
    }
  };
}

// faultOf is the message of an error. One that nobody has foreseen leaves the state of
// the lock unknown. The password is cut out: a server may quote what it was sent.
function faultOf(error, section) {
  const { kind = "KIND_UNSPECIFIED", key = "", message } = error;
  const secret = open.get(nameOf(section))?.password;
  return { kind, key, message: secret ? message.replaceAll(secret, "(hidden)") : message };
}

// open are the stores by their configuration sections, which come with every request:
// in practice one.
const open = new Map();

// nameOf is the same whatever the order in which the keys came.
const nameOf = (section) => JSON.stringify(Object.entries(section).sort());

function opened(section) {
  const name = nameOf(section);
  if (!open.has(name)) open.set(name, make(config.read(section)));
  return open.get(name);
}

function make({ url, prefix }) {
  const { protocol, hostname, password } = parsed(url);
  const readable = protocol === "redis:" && !["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const warning = `the connection to ${hostname} is not encrypted: others on the way can read and change it; use rediss://`;
  return { store: new Store({ url, prefix }), warnings: readable ? [warning] : [], password };
}

// parsed does not repeat the URL, which holds a password.
function parsed(url) {
  try {
    const { protocol, hostname, password } = new URL(url);
    if (/^rediss?:$/.test(protocol)) return { protocol, hostname, password: decodeURIComponent(password) };
  } catch {
    // It is none.
  }
  throw fault.config("url", "is not a URL such as redis://localhost:6379");
}

// acquirable returns what Acquire is asked for. stormlock sends nothing else; for other
// hosts, what would not be stored as it is, or never end, is refused.
function acquirable(lease) {
  const within = (text, least, most) => Buffer.byteLength(text) >= least && Buffer.byteLength(text) <= most;
  if (!within(lease.resource, 1, 255) || !within(lease.principal, 1, 255) || !within(lease.reason, 0, 4096)) {
    throw fault.invalid("the resource, the principal or the reason is out of its bounds");
  }
  if (!ID.test(lease.id)) throw fault.invalid("the lease id is not 32 hexadecimal digits");
  return lasting(named(lease));
}

function lasting(lease) {
  if (lease.ttl_millis < 1000 || lease.ttl_millis > MOST_TTL) {
    throw fault.invalid("the TTL is not between one second and ten years");
  }
  return lease;
}

// named returns a lease with its id in the one spelling that is stored. A text that no
// spelling of an id is stays as it is: it is not the current one.
function named(lease) {
  return ID.test(lease.id) ? { ...lease, id: lease.id.toLowerCase().replaceAll("-", "") } : lease;
}

module.exports = { service };
