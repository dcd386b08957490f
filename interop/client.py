"""The tour in Python with nothing but reflection: no generated code, no proto file."""
import json
import sys
import uuid

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

given = json.load(sys.stdin)


class Bearer(grpc.UnaryUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Adds the token to every call, reflection included."""

    def _with_token(self, details):
        metadata = [*(details.metadata or []), ("authorization", f"Bearer {given['token']}")]
        return details._replace(metadata=metadata)

    def intercept_unary_unary(self, continuation, details, request):
        return continuation(self._with_token(details), request)

    def intercept_stream_stream(self, continuation, details, requests):
        return continuation(self._with_token(details), requests)


def open_channel():
    if given["ca"]:
        roots = grpc.ssl_channel_credentials(open(given["ca"], "rb").read())
        return grpc.secure_channel(given["address"], roots)
    return grpc.insecure_channel(given["address"])


channel = grpc.intercept_channel(open_channel(), Bearer())
pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))


def method(service, name):
    found = pool.FindServiceByName(f"triaged.v1.{service}").FindMethodByName(name)
    return found, GetMessageClass(found.input_type), GetMessageClass(found.output_type)


def call(service, name, request):
    _, Request, Response = method(service, name)
    path = f"/triaged.v1.{service}/{name}"
    unary = channel.unary_unary(path, request_serializer=Request.SerializeToString, response_deserializer=Response.FromString)
    return unary(json_format.ParseDict(request, Request()), timeout=20)


def stream(service, name, requests):
    _, Request, Response = method(service, name)
    path = f"/triaged.v1.{service}/{name}"
    bidi = channel.stream_stream(path, request_serializer=Request.SerializeToString, response_deserializer=Response.FromString)
    return list(bidi((json_format.ParseDict(request, Request()) for request in requests), timeout=20))


def clean(message):
    text = str(message)
    assert not any(planted in text for planted in given["planted"]), "a planted identifier came back"


items = [{"requestId": str(uuid.uuid4()), "interaction": one} for one in given["submissions"].values()]
items.append({"requestId": str(uuid.uuid4()), "interaction": {"customerRef": "not an opaque reference"}})
(answer,) = stream("IntakeService", "SubmitInteractions", [{"items": items}])
clean(answer)
kinds = [item.outcome.WhichOneof("outcome") for item in answer.items]
assert kinds == ["result"] * 4 + ["error"], kinds
(again,) = stream("IntakeService", "SubmitInteractions", [{"items": items[:4]}])
handles = lambda reply: [item.outcome.result.submission for item in reply.items[:4]]
assert handles(again) == handles(answer), "a retry with the same request ids gave other handles"
analysed = call("AnalysisService", "Analyze", {"interaction": given["submissions"]["chat"]})
clean(analysed)
assert not analysed.result.submission
leased = call("QueueService", "LeaseItems", {"maxItems": 1})
assert len(leased.items) == 1
case = call("CaseService", "GetCase", {"name": leased.items[0].case})
turns = call("CaseService", "ListTurns", {"parent": case.interactions[0].name})
clean(turns)
assert turns.turns
call("QueueService", "AcknowledgeItem", {"lease": leased.items[0].lease, "leaseEpoch": leased.items[0].lease_epoch})
try:
    call("CaseService", "GetCase", {"name": f"cases/{uuid.uuid4()}"})
    raise AssertionError("an absent case was found")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.NOT_FOUND, error.code()
try:
    open_channel().unary_unary("/triaged.v1.CaseService/GetCase")(b"", timeout=20)
    raise AssertionError("a call without a credential was answered")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.UNAUTHENTICATED, error.code()
