"""Faults: why a call could not be answered, and what is certain then."""

import backend_pb2 as pb


class Fault(Exception):
    """An answer, as the messages of all calls carry it. Every kind but
    KIND_UNSPECIFIED promises that nothing was written."""

    def __init__(self, kind, text, key=""):
        super().__init__(text)
        self.message = pb.Fault(kind=kind, message=text, key=key)


def unknown(text):
    return Fault(pb.Fault.KIND_UNSPECIFIED, text)


def unavailable(text):
    return Fault(pb.Fault.KIND_UNAVAILABLE, text)


def refused(text):
    return Fault(pb.Fault.KIND_REFUSED, text)


def config(key, text):
    return Fault(pb.Fault.KIND_CONFIG, text, key)


def invalid(text):
    return Fault(pb.Fault.KIND_INVALID, text)


def not_set_up(text):
    return Fault(pb.Fault.KIND_NOT_SET_UP, text)
