"""A tenant teaches the service, by grpcurl alone: 200 corrections, a proposal, a preview, the acceptance, scoring anew.

The sample tenant sells a machine whose faults have words of their own, which no general lexicon knows.
"""
import concurrent.futures
import datetime
import json
import random
import uuid

FAULTS = ["the {} keeps juddering", "it judders, the {}", "my {} is juddering", "a juddering {}"]
QUESTIONS = ["the {} keeps its colour", "it fits, the {}", "my {} is blue", "a new {}"]
OPENERS = ["hello", "good morning", "hi there", "about my order", "one thing", "for your record", "as agreed", "today"]
CLOSERS = ["since monday", "in the kitchen", "after a week", "all day long", "for my shop", "as the manual has it", "upstairs"]
THINGS = ["frobnicator", "spindle", "flange", "gearbox", "impeller"]
CUSTOMERS = 100
SURNAME = "Quimbleworth"
SINCE = "2026-01-05"


def texts():
    """200 texts of 200 customers, every other one a complaint, each with a planted surname or address."""
    draw = random.Random(7)
    for customer in range(CUSTOMERS):
        for negative, forms in ((True, FAULTS), (False, QUESTIONS)):
            said = draw.choice(forms).format(draw.choice(THINGS))
            said = f"{draw.choice(OPENERS)}, {said} {draw.choice(CLOSERS)}"
            # Few people bear the surname, many write an address: neither may become a row.
            name = SURNAME if customer < 9 else "Jo"
            yield f"c-{customer}-{negative}", negative, f"{said}, {name}, jo{customer}@planted.example.com"


def submit(client):
    """Submits all texts in one stream; gives what is negative by the reference of the interaction."""
    negative, batches = {}, []
    for customer, is_negative, text in texts():
        reference = f"t-{uuid.uuid4()}"
        negative[reference] = is_negative
        interaction = {"sourceRef": {"system": "teaching", "id": reference}, "customerRef": customer, "languageCode": "en",
                       "occurTime": f"{SINCE}T10:00:00Z", "query": {"body": text}}
        batches.append({"requestId": str(uuid.uuid4()), "interaction": interaction, "view": "BASIC"})
    stream = "".join(json.dumps({"items": batches[at:at + 100]}) for at in range(0, len(batches), 100))
    client.raw("triaged.v1.IntakeService/SubmitInteractions", text=stream)
    return negative


def stored(client):
    """Every stored interaction with its case, by the reference of the interaction."""
    cases, token = [], ""
    while True:
        page = client.call("CaseService/ListCases", {"pageSize": 500, "pageToken": token})
        cases += [case["name"] for case in page.get("cases", [])]
        token = page.get("nextPageToken", "")
        if not token:
            break
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        full = pool.map(lambda name: client.call("CaseService/GetCase", {"name": name}), cases)
        found = [one for case in full for one in case["interactions"]]
    return {one["sourceRef"]["id"]: one for one in found if one.get("sourceRef", {}).get("system") == "teaching"}


def correct(client, negative, interactions):
    def one(reference):
        label = "NEGATIVE" if negative[reference] else "NEUTRAL"
        correction = {"label": label, "reason": "DOMAIN"}
        return client.call("CaseService/CorrectAssessment",
                           {"name": interactions[reference]["name"], "correction": correction})

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, negative))


def right(negative, interactions):
    """How many labels of the machine are those that people gave."""
    label = lambda one: one["assessment"]["label"] == "NEGATIVE"
    return sum(label(interactions[reference]) == is_negative for reference, is_negative in negative.items())


def tour(client, must):
    negative = submit(client)
    interactions = stored(client)
    must(len(negative) == 200 and set(negative) <= set(interactions), "200 interactions are stored")
    before = right(negative, interactions)
    must(len(correct(client, negative, interactions)) == 200, "200 corrections")

    proposal = client.call("PolicyService/ProposeLexicon", {"languageCode": "en", "maxRows": 40})
    rows = [row["row"] for row in proposal["rows"]]
    must(proposal["samples"] == 200, "it learns from all of them")
    must(any("judder" in row["phrase"] and row["weightMillis"] > 0 for row in rows), "the word of the business is found")
    must(all(row.get("negativeSubjects", 0) + row.get("neutralSubjects", 0) >= 10 for row in proposal["rows"]),
         "a row of fewer than 10 people")
    words = json.dumps(rows).lower()
    must(SURNAME.lower() not in words and "planted" not in words and "example" not in words, "somebody's words in a row")
    must(proposal["after"]["macroF1Millis"] > proposal["before"]["macroF1Millis"], "the held-out F1 does not rise")

    live = client.call("PolicyService/GetPolicy", {})
    wanted = {"etag": live["etag"], "lexicon": {"rows": live.get("lexicon", {}).get("rows", []) + rows}}
    update = {"policy": wanted}
    preview = client.call("PolicyService/UpdatePolicy", {
        **update, "validateOnly": True, "previewCases": 2000, "previewTexts": ["It is juddering, call 020 7946 0958"]})
    flips = sum(int(flip["count"]) for flip in preview["preview"]["flips"])
    text = preview["preview"]["texts"][0]
    must(flips > 0, "the preview shows no flips")
    must("[PHONE_1]" in text["text"], "a previewed text is not redacted")
    score = lambda side: text[side].get("scoreMillis", 0)
    must(score("after") > score("before"), "the rows do not count in the previewed text")
    must(client.call("PolicyService/GetPolicy", {})["revision"] == live["revision"], "a preview changes nothing")

    made = client.call("PolicyService/UpdatePolicy", update)["policy"]
    must(made["revision"] == live["revision"] + 1 and made["stage"] == "LIVE", "the new revision decides")
    steps = client.stream("CaseService/RescoreCases", {})
    must(int(steps[-1]["changed"]) >= 200 and not steps[-1].get("resumeToken"), "everything was scored anew")
    interactions = stored(client)
    after = right(negative, interactions)
    must(after > before, "scoring anew makes no label right")
    must(all(one["assessment"]["policyRevision"] == made["revision"] for one in interactions.values()), "an old revision")
    must(all("correction" in one for one in interactions.values()), "a correction did not survive")

    counts = client.call("PolicyService/GetStatistics",
                         {"startDate": SINCE, "endDate": SINCE, "breakdown": "LABEL"})["days"]
    must(counts == [] or datetime.date.fromisoformat(counts[0]["date"]), "statistics have days")
    must(all(int(cell.get("count", 0)) % 10 == 0 for day in counts for cell in day["cells"]), "a count is not rounded")
    print(f"        200 corrections, {len(rows)} rows proposed, held-out F1 {proposal['before']['macroF1Millis']} -> "
          f"{proposal['after']['macroF1Millis']}, preview {flips} flips, labels right {before} -> {after} of 200")
