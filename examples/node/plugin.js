// The process: how stormlock starts a backend, talks to it, and ends it.
"use strict";

const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");

// What stormlock sets for a backend, so that one that is run by hand can tell.
const COOKIE = ["STORMLOCK_BACKEND_COOKIE", "5f0b4cbd3a2e4d0f9a7f2f8e6f1f6c57"];
const PROTOCOL = "1";
const MESSAGE = 1 << 20; // bytes
const DRAIN = 2000; // milliseconds that calls may still take when the host is gone
const FIRST_CONTACT = 15_000; // milliseconds until somebody must have connected
const FAREWELL = 200; // milliseconds that the host may take to close its connection

function leaveUnlessStartedByStormlock(name, version) {
  const program = `stormlock-backend-${name}`;
  const leave = (code, text) => {
    console.error(text);
    process.exit(code);
  };
  if (process.argv.slice(2).join(" ") === "--version") {
    console.log(`${program} ${version} (protocol ${PROTOCOL})`);
    process.exit();
  }
  if (process.env[COOKIE[0]] !== COOKIE[1]) {
    leave(64, `${program} is a backend of stormlock, which runs it; write "backend = ${name}" into its configuration file`);
  }
  const offered = process.env.PLUGIN_PROTOCOL_VERSIONS ?? PROTOCOL;
  if (!offered.split(",").includes(PROTOCOL)) {
    leave(1, `${program} speaks version ${PROTOCOL} of the protocol, and this stormlock does not; install matching versions`);
  }
}

// serve serves until the host says Shutdown, closes its connection, or dies.
function serve({ definition, calls }) {
  const grpc = require("@grpc/grpc-js");
  const life = new Life(process.env.PLUGIN_UNIX_SOCKET_DIR);
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MESSAGE,
    "grpc.max_send_message_length": MESSAGE,
  });
  server.addService(definition, life.counting(calls));
  server.addService(controller, { Shutdown: (_, callback) => life.shutdown(callback) });

  // The connections are accepted here, since gRPC does not tell when one ends.
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const listener = net.createServer((connection) => {
    life.met(connection);
    injector.injectConnection(connection);
  });
  listener.listen(life.socket, () => {
    process.stdout.write(`1|${PROTOCOL}|unix|${life.socket}|grpc\n`);
    process.stdout.write = process.stderr.write.bind(process.stderr); // nothing else may be said there
  });
}

// The service by which go-plugin ends a process. Its messages are empty.
const bytes = (message) => message;
const controller = {
  Shutdown: {
    path: "/plugin.GRPCController/Shutdown",
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
};

// A Life is when it is time to end. stormlock may be killed, and must not leave us
// behind: its connection ends then, or we get another parent, or nobody ever calls.
class Life {
  #directory;
  #connections = 0;
  #running = 0;
  #ending = false;

  constructor(directory) {
    this.#directory = directory;
    this.socket = path.join(directory, "backend");
    const parent = process.ppid;
    this.patience = setTimeout(() => this.end(), FIRST_CONTACT);
    setInterval(() => process.ppid === parent || this.end(), 500);
    // A Ctrl-C or a closed terminal is for stormlock, which tells us.
    for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});
    process.on("SIGTERM", () => this.end());
    process.stderr.on("error", () => {}); // nobody reads it any more
  }

  met(connection) {
    clearTimeout(this.patience);
    this.#connections++;
    connection.on("error", () => {});
    connection.on("close", () => --this.#connections || this.end());
  }

  // shutdown answers; the host then closes its connection, which ends us.
  shutdown(callback) {
    callback(null, Buffer.alloc(0));
    setTimeout(() => this.end(), FAREWELL);
  }

  // counting makes calls count as running until they have answered.
  counting(calls) {
    const count = (call) => async (...args) => {
      this.#running++;
      await call(...args);
      this.#running--;
      this.#leave();
    };
    return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, count(call)]));
  }

  // end lets running calls finish, so that they can undo what they began.
  end() {
    this.#ending = true;
    setTimeout(() => this.#leave(true), DRAIN);
    this.#leave();
  }

  #leave(atOnce = false) {
    if (!atOnce && (!this.#ending || this.#running)) return;
    fs.rmSync(this.#directory, { recursive: true, force: true });
    process.exit(0);
  }
}

module.exports = { leaveUnlessStartedByStormlock, serve };
