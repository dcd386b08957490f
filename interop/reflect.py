"""A client of `triaged` from nothing but reflection: no generated code, no proto file."""
import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

DEADLINE_SECONDS = 60


class Bearer(grpc.UnaryUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Adds the token to every call, reflection included."""

    def __init__(self, token):
        self.token = token

    def _with_token(self, details):
        return details._replace(metadata=[*(details.metadata or []), ("authorization", f"Bearer {self.token}")])

    def intercept_unary_unary(self, continuation, details, request):
        return continuation(self._with_token(details), request)

    def intercept_stream_stream(self, continuation, details, requests):
        return continuation(self._with_token(details), requests)


def open_channel(address, ca=None):
    if ca:
        with open(ca, "rb") as roots:
            return grpc.secure_channel(address, grpc.ssl_channel_credentials(roots.read()))
    return grpc.insecure_channel(address)


class Client:
    """Calls methods by name, with requests as dictionaries."""

    def __init__(self, address, token, ca=None):
        self.channel = grpc.intercept_channel(open_channel(address, ca), Bearer(token))
        self.pool = DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))
        self.methods = {}

    def method(self, service, name):
        if (service, name) not in self.methods:
            found = self.pool.FindServiceByName(f"triaged.v1.{service}").FindMethodByName(name)
            self.methods[service, name] = GetMessageClass(found.input_type), GetMessageClass(found.output_type)
        Request, Response = self.methods[service, name]
        codec = {"request_serializer": Request.SerializeToString, "response_deserializer": Response.FromString}
        return Request, f"/triaged.v1.{service}/{name}", codec

    def call(self, service, name, request):
        Request, path, codec = self.method(service, name)
        unary = self.channel.unary_unary(path, **codec)
        return unary(json_format.ParseDict(request, Request()), timeout=DEADLINE_SECONDS)

    def stream(self, service, name, requests):
        """The answers of a bidirectional stream, one by one."""
        Request, path, codec = self.method(service, name)
        bidi = self.channel.stream_stream(path, **codec)
        return bidi(json_format.ParseDict(request, Request()) for request in requests)
