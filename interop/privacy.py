"""The way of a privacy officer by grpcurl: look up, show, erase, and what is left afterwards."""
import base64
import json
import uuid

ADDRESS = "maria.privacy@example.com"
WHO = [{"email": ADDRESS}]


def claims(certificate):
    """What a certificate says, unchecked: `triaged audit verify` checks it."""
    payload = certificate.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def tour(grpcurl, must, failed):
    """`grpcurl` calls methods and raises `failed`; `must` ends the tour where something is not as it must be."""
    request = {
        "requestId": str(uuid.uuid4()),
        "interaction": {"contact": {"emails": [ADDRESS]}, "query": {"subject": "Late", "body": "My parcel is late"}},
    }
    grpcurl.call("IntakeService/SubmitInteraction", request)
    found = grpcurl.call("PrivacyService/LookupSubject", {"selectors": WHO})
    must(len(found["subjects"]) == 1, "an address leads to one person")
    shown = grpcurl.call("PrivacyService/EraseSubject", {"selectors": WHO})
    must(shown["state"] == "SHOWN" and shown["holdings"]["interactions"] == "1", "the first call shows")
    done = grpcurl.call("PrivacyService/EraseSubject", {"selectors": WHO, "etag": shown["etag"], "requestId": str(uuid.uuid4())})
    must(done["state"] == "ERASED" and done["subjects"] == [found["subjects"][0]["name"]], "the second call erases")
    said = claims(done["certificate"])
    must(said["subjects"] == done["subjects"] and said["assurance"] == "LOGICAL", "the certificate names whom")
    must(ADDRESS not in json.dumps(said), "and by no identifier")
    must(not grpcurl.call("PrivacyService/LookupSubject", {"selectors": WHO}).get("subjects"), "nobody is found")
    try:
        grpcurl.call("IntakeService/SubmitInteraction", request)
        refused = ""
    except failed as error:
        refused = str(error)
    must("RECORD_GONE" in refused or "was erased" in refused, "a retry stores nothing")
