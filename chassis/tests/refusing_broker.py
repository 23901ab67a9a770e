"""A Kafka broker of this process that answers as the test asks: with errors, late, or not at all."""

from __future__ import annotations

import ctypes

from devstack.kafka.mock_cluster import BROKER_ID, MockCluster

PRODUCE = 0
NO_ERROR, UNKNOWN_SERVER_ERROR, MESSAGE_TOO_LARGE, TOPIC_AUTHORIZATION_FAILED = 0, -1, 10, 29
NOT_ENOUGH_REPLICAS, CLUSTER_AUTHORIZATION_FAILED, INVALID_TIMESTAMP = 19, 31, 32


class RefusingBroker(MockCluster):
    """librdkafka's mock cluster, whose next answers to a producer can be errors."""

    def refuse_next(self, *codes: int) -> None:
        """Answer the next produce requests with these error codes of the protocol."""
        push = self._library.rd_kafka_mock_push_request_errors_array
        push.argtypes = [ctypes.c_void_p, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int)]
        push.restype = None
        push(self._cluster, PRODUCE, len(codes), (ctypes.c_int * len(codes))(*codes))

    def refuse_no_more(self) -> None:
        """Forget the errors that are left of `refuse_next`."""
        clear = self._library.rd_kafka_mock_clear_request_errors
        clear.argtypes = [ctypes.c_void_p, ctypes.c_int16]
        clear.restype = None
        clear(self._cluster, PRODUCE)

    def refuse_topic(self, name: str, code: int) -> None:
        """Describe the topic with this error from now on; `NO_ERROR` ends it."""
        set_error = self._library.rd_kafka_mock_topic_set_error
        set_error.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        set_error.restype = None
        set_error(self._cluster, name.encode(), code)

    def answer_after(self, milliseconds: int) -> None:
        """Delay every answer."""
        set_round_trip = self._library.rd_kafka_mock_broker_set_rtt
        set_round_trip.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_int]
        set_round_trip(self._cluster, BROKER_ID, milliseconds)
