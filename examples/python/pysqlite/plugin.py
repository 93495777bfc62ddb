"""The process: how stormlock talks to a backend, and ends it."""

import concurrent.futures
import contextlib
import os
import signal
import sys
import threading
import time

import backend_pb2_grpc
import grpc

MESSAGE = 1 << 20  # bytes
DRAIN = 2.0  # seconds that calls may still take when the host is gone
FIRST_CONTACT = 15.0  # seconds until somebody must have called
THREADS = 64  # a call that waits for the file keeps one for as long


def serve(backend, protocol):
    """Serve until the host says Shutdown, closes its connection, or dies."""
    life = Life()
    directory = os.environ["PLUGIN_UNIX_SOCKET_DIR"]
    socket = os.path.join(directory, "backend")
    limits = [("grpc.max_receive_message_length", MESSAGE), ("grpc.max_send_message_length", MESSAGE)]
    threads = concurrent.futures.ThreadPoolExecutor(max_workers=THREADS)
    server = grpc.server(threads, options=limits, interceptors=[life])
    backend_pb2_grpc.add_BackendServicer_to_server(backend, server)
    server.add_generic_rpc_handlers(life.handlers())
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    print(f"1|{protocol}|unix|{socket}|grpc", flush=True)
    os.dup2(2, 1)  # nothing else may be said on stdout

    life.wait()
    server.stop(DRAIN).wait()
    with contextlib.suppress(OSError):  # the host may be faster
        os.unlink(socket)
    with contextlib.suppress(OSError):
        os.rmdir(directory)
    sys.stderr.flush()
    os._exit(0)  # whatever a thread is still waiting for


class Life(grpc.ServerInterceptor):
    """When it is time to end. stormlock may be killed, and must not leave us behind.

    grpcio does not tell when a connection ends. But as soon as stormlock has
    connected, it calls go-plugin's StreamStdio, and a call ends with its connection.
    If it dies before that, we get another parent, or nobody ever calls."""

    def __init__(self):
        self._over = threading.Event()
        self._met = False
        self._parent = os.getppid()
        # A Ctrl-C or a closed terminal is for stormlock, which tells us.
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: self._over.set())

    def handlers(self):
        """Calls of go-plugin. Without a serializer, messages are bytes: these are empty."""
        shutdown = grpc.unary_unary_rpc_method_handler(self._shutdown)
        stay = grpc.unary_stream_rpc_method_handler(self._stay)
        return (
            grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": shutdown}),
            grpc.method_handlers_generic_handler("plugin.GRPCStdio", {"StreamStdio": stay}),
        )

    def intercept_service(self, continuation, details):
        self._met = True
        return continuation(details)

    def wait(self):
        patience = time.monotonic() + FIRST_CONTACT
        while not self._over.wait(0.5):
            late = not self._met and time.monotonic() > patience
            if late or os.getppid() != self._parent:
                return

    def _shutdown(self, request, context):
        self._over.set()
        return b""

    def _stay(self, request, context):
        if not context.add_callback(self._over.set):  # it has ended already
            self._over.set()
        self._over.wait()
        return iter(())
