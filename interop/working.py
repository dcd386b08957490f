"""People work a queue, by grpcurl alone: an item moved forward, a worker at its capacity, a watch that is resumed."""
import uuid


def tour(client, must):
    queue = f"interop-{uuid.uuid4().hex[:8]}"
    for number in range(4):
        interaction = {"queue": queue, "query": {"body": f"My parcel is late, it is number {number} of mine"}}
        client.call("IntakeService/SubmitInteraction", {"requestId": str(uuid.uuid4()), "interaction": interaction})
    listed = lambda: client.call("QueueService/ListItems", {"queue": queue})["items"]
    items = listed()
    must(len(items) == 4, "four items wait")

    last, bump = items[-1]["case"], {"reason": "PROMISE", "requestId": str(uuid.uuid4())}
    bumped = client.call("QueueService/BumpItem", {"case": last, **bump})
    must(bumped["item"]["lane"] == "EXPRESS" and "bumped:reason=promise" in bumped["item"]["orderReasons"], "it says why")
    must(bumped["bumpsLeft"] == 9, "the budget of a day is ten")
    must(client.call("QueueService/BumpItem", {"case": last, **bump})["bumpsLeft"] == 9, "a retry spends nothing")
    must(listed()[0]["case"] == last, "it was moved to the front")
    must("REQUEST_ID_REUSED" in client.refused("QueueService/BumpItem", {"case": items[0]["case"], **bump}), "another item")

    watched = client.watch({"queue": queue}, seconds=2)
    must(sum(len(message.get("items", [])) for message in watched) == 4, "a watch begins with what is there")
    synced = [message for message in watched if message.get("synced")]
    must(len(synced) == 1 and synced[0]["resumeToken"], "it says when all was told")

    lease = {"queues": [queue], "maxItems": 4, "maxLeases": 2}
    leased = client.call("QueueService/LeaseItems", lease)["items"]
    must([item["case"] for item in leased][0] == last and len(leased) == 2, "two, the one moved forward first")
    must("CAPACITY_REACHED" in client.refused("QueueService/LeaseItems", lease), "a third is too many")
    for item in leased:
        client.call("QueueService/AcknowledgeItem", {"lease": item["lease"], "leaseEpoch": item["leaseEpoch"]})

    resumed = client.watch({"queue": queue, "resumeToken": synced[0]["resumeToken"]}, seconds=2)
    gone = [case for message in resumed for case in message.get("removedCases", [])]
    must(sorted(gone) == sorted(item["case"] for item in leased), "a resumed watch tells what went, and nothing else")
    refused = client.refused("QueueService/WatchQueue", {"queue": "other", "resumeToken": synced[0]["resumeToken"]})
    must("INVALID_PAGE_TOKEN" in refused, "a token belongs to its queue")
    rest = client.call("QueueService/LeaseItems", {"queues": [queue], "maxItems": 4})["items"]
    for item in rest:
        client.call("QueueService/AcknowledgeItem", {"lease": item["lease"], "leaseEpoch": item["leaseEpoch"]})
