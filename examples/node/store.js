// Leases in a Redis server. Every operation is one script (lua/*.lua), which Redis
// runs as a whole; the guards are in there, and the clock is the server's.
//
// The keys behind the prefix:
//
//   lock:RESOURCE      the lease, as JSON; expires with it
//   void:ID:RESOURCE   that this id was released; expires after a day
//   fence              the last fence
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const fault = require("./fault");

const PAGE = 200; // leases; the largest take less than 5 KiB, a message 1 MiB

const lua = (name) => fs.readFileSync(path.join(__dirname, "lua", `${name}.lua`), "utf8");
const script = (name) => lua("look") + lua(name);
const SCRIPTS = Object.fromEntries(["acquire", "renew", "release", "show"].map((name) => [name, script(name)]));

// Error replies by which Redis says that it did not carry a command out. Of any
// other it is not certain; a proxy may have made it up.
const CERTAIN = [
  [/^(NOAUTH|WRONGPASS|NOPERM)\b/, fault.refused],
  [/^(READONLY|OOM|MISCONF|LOADING|NOREPLICAS|MASTERDOWN|BUSY)\b/, fault.unavailable],
];

class Store {
  #url;
  #prefix;
  #client;
  #ready; // when it has connected

  constructor({ url, prefix }) {
    this.#url = url;
    this.#prefix = prefix;
  }

  // acquire returns the lease that is current in the end, the caller's if the id is.
  async acquire(want, deadline) {
    const keys = [this.#lock(want.resource), `${this.#prefix}fence`, this.#void(want)];
    const { id, principal, reason, ttl_millis } = want;
    const reply = await this.#change("acquire", keys, deadline, id, principal, reason, ttl_millis);
    if (reply[0] === "void") throw fault.invalid("this lease id was released before; ask with a new one");
    return lease(want.resource, reply);
  }

  async renew({ resource, id, ttl_millis }, deadline) {
    return lease(resource, await this.#change("renew", [this.#lock(resource)], deadline, id, ttl_millis));
  }

  async release(given, deadline) {
    const keys = [this.#lock(given.resource), this.#void(given)];
    return lease(given.resource, await this.#change("release", keys, deadline, given.id));
  }

  async current(resource, deadline) {
    const [reply] = await this.#ask((client) => show(client, [this.#lock(resource)]), deadline);
    return lease(resource, reply);
  }

  // list yields pages of leases. SCAN may show a key more than once.
  async *list(prefix, deadline) {
    const seen = new Set();
    let cursor = "0";
    do {
      const scan = ["SCAN", cursor, "MATCH", `${literal(this.#lock(prefix))}*`, "COUNT", String(PAGE)];
      const found = await this.#ask((client) => client.sendCommand(scan), deadline);
      cursor = found[0];
      const keys = found[1].filter((key) => !seen.has(key) && seen.add(key));
      for (let at = 0; at < keys.length; at += PAGE) yield await this.#page(keys.slice(at, at + PAGE), deadline);
    } while (cursor !== "0");
  }

  // check returns what was looked at: [about, level, message].
  async check(deadline) {
    const began = Date.now();
    const [seconds] = await this.#ask((client) => client.sendCommand(["TIME"]), deadline);
    const apart = Math.round(Math.abs(seconds - (began + Date.now()) / 2000));
    const clock =
      apart <= 2
        ? ["LEVEL_OK", "this machine's clock agrees with the server's"]
        : ["LEVEL_WARNING", `this machine's clock is ${apart} s off the server's; check that NTP runs on both`];
    return [["clock", ...clock], ["eviction", ...(await this.#eviction(deadline))]];
  }

  async #eviction(deadline) {
    const ask = (client) => client.sendCommand(["CONFIG", "GET", "maxmemory-policy"]).catch(() => []);
    const [, policy = "unknown: this user may not read it"] = await this.#ask(ask, deadline);
    if (policy === "noeviction") return ["LEVEL_OK", "the server evicts nothing"];
    return ["LEVEL_WARNING", `the server's maxmemory-policy is ${policy}; any other than noeviction can throw locks away`];
  }

  #lock(resource) {
    return `${this.#prefix}lock:${resource}`;
  }

  #void({ resource, id }) {
    return `${this.#prefix}void:${id}:${resource}`;
  }

  async #page(keys, deadline) {
    const replies = await this.#ask((client) => show(client, keys), deadline);
    const resource = (key) => key.slice(this.#lock("").length);
    return keys.flatMap((key, i) => (replies[i][0] === "lease" ? [lease(resource(key), replies[i])] : []));
  }

  // ask makes a request that writes nothing: whatever goes wrong, that is certain.
  async #ask(request, deadline) {
    deadline.check();
    try {
      return await deadline.bound(this.#connected().then(request));
    } catch (error) {
      throw this.#fault(error, fault.unavailable);
    }
  }

  // change runs a script that writes, unless it gets to the server too late: its last
  // argument is the deadline by the server's clock.
  async #change(name, keys, deadline, ...args) {
    const left = deadline.left(); // before the server's clock is read, so never too late
    const [seconds, micros] = await this.#ask((client) => client.sendCommand(["TIME"]), deadline);
    args.push(Math.floor(seconds * 1e6 + Number(micros) + left * 1000));
    deadline.check();
    try {
      return await deadline.bound(this.#client.eval(SCRIPTS[name], { keys, arguments: args.map(String) }));
    } catch (error) {
      throw this.#fault(error, fault.unknown);
    }
  }

  // fault says what an error means: what its text tells, otherwise what the caller says.
  #fault({ message }, otherwise) {
    const [, kind] = CERTAIN.find(([pattern]) => pattern.test(message)) ?? [null, otherwise];
    return kind(`redis at ${new URL(this.#url).host}: ${message}`);
  }

  // connected returns the connection. A request is sent once, over a connection that
  // stands: a client that repeats or queues it would blur what is certain.
  async #connected() {
    if (!this.#client?.isOpen) {
      const { createClient } = require("@redis/client"); // takes a third of the start
      const once = { disableOfflineQueue: true, socket: { reconnectStrategy: false } };
      this.#client = createClient({ url: this.#url, ...once });
      this.#client.on("error", () => {}); // it comes with the request
      this.#ready = this.#client.connect();
    }
    await this.#ready;
    return this.#client;
  }
}

const show = (client, keys) => client.eval(SCRIPTS.show, { keys });

// lease reads the reply of a script: ["lease", JSON, what is left of it], or why not.
function lease(resource, [status, text, left]) {
  switch (status) {
    case "lease":
      return { resource, ttl_millis: left, ...JSON.parse(text) };
    case "none":
      return null;
    case "late":
      throw fault.unavailable("the request came too late; nothing was written");
  }
  throw fault.refused(`resource ${JSON.stringify(resource)}: what lies there is not a lock; remove it or use another name`);
}

// literal writes a text as a pattern of Redis that matches nothing else.
const literal = (text) => text.replace(/[*?[\]\\^-]/g, "\\$&");

module.exports = { Store };
