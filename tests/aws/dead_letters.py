"""A Slack that stays down longer than `give_up_after`: all lines become dead letters, and the page brings them all back."""

import json
import re
import time
import urllib.parse

import twilio
from stack import wait, wait_while_moving
from forward import difference

PASSWORD = "a password & more"


def show(cloud, slack, count):
    deployment = cloud.deploy("outage", {}, ['[forward]\ngive_up_after = "5s"\n', twilio.CONFIG])
    deployment.put("twilio/auth-token", f"an-older-token,{twilio.TOKEN}")
    deployment.put("dashboard-password", PASSWORD)
    for channel in twilio.TYPES:
        deployment.put(f"slack/channels/{channel}", slack.url("outage", channel))

    slack.down.add("outage")
    began = time.monotonic()
    sink = twilio.Sink(deployment)
    sink.burst(count)
    wait_while_moving("lines in dead letters", 90, lambda: len(lines(deployment)), count)
    wait("the queue is empty", 60, lambda: deployment.queued("SlackQueueUrl") == 0)
    dead, letters = time.monotonic() - began, len(deployment.records("dead-letters"))
    expected = {line for channel in twilio.TYPES for line in twilio.lines(channel, count // len(twilio.TYPES))}
    assert lines(deployment) == expected
    assert slack.count("outage") == 0 and deployment.queued("SlackDeadLetterQueueUrl") == 0
    print(f"   Slack down: {count} lines are {letters} dead letters after {dead:.0f} s and"
          f" {slack.refused['outage', 500]} posts in vain", flush=True)

    slack.down.clear()
    cookie = log_in(deployment)
    status, _, page = deployment.request("GET", "/dead-letters", {"cookie": cookie, "accept": "text/html"})
    # It shows the newest of them, of whichever channels these are.
    channels = "|".join(twilio.TYPES).encode()
    assert status == 200 and re.search(rb"(%s) \d{5}" % channels, page), (status, page[-3000:])
    began = time.monotonic()
    replayed, pages = replay(deployment, cookie)
    assert replayed == letters, (replayed, letters)
    wait_while_moving("lines in Slack", 90, lambda: slack.count("outage"), count)
    wait("the queue is empty", 60, lambda: deployment.queued("SlackQueueUrl") == 0)
    time.sleep(2)
    again, _ = replay(deployment, cookie)
    assert again == 0, f"{again} letters were replayed twice"

    in_order = True
    for channel in twilio.TYPES:
        seen, wanted = slack.lines["outage", channel], twilio.lines(channel, count // len(twilio.TYPES))
        assert all("late" in line for line in seen), seen[:3]
        seen = [found.group() for line in seen if (found := re.search(rf"{channel} \d+$", line))]
        in_order &= seen == wanted
        assert sorted(seen) == wanted, f"{channel}: {difference(seen, wanted)}"
    print(f"   Slack up: {replayed} letters replayed in {pages} requests, {slack.count('outage')} lines in Slack after"
          f" {time.monotonic() - began:.0f} s, each once, marked late,"
          f" {'in order' if in_order else 'not all in their old order'}", flush=True)


def lines(deployment):
    """The lines of all dead letters."""
    return {line for record in deployment.records("dead-letter-bodies")
            for line in re.findall(r"(?:%s) \d{5}" % "|".join(twilio.TYPES), json.dumps(record))}


def letters(backend):
    """The dead letters, each with its body, which is a record of its own."""
    bodies = {record["sk"]["S"]: json.loads(record["body"]["S"]) for record in backend.records("dead-letter-bodies")}
    return [json.loads(record["body"]["S"]) | bodies[record["sk"]["S"]] for record in backend.records("dead-letters")]


def log_in(deployment):
    """Finds that the pages need the password, logs in with it, and returns the cookie."""
    status, _, _ = deployment.request("GET", "/dead-letters", {"accept": "text/html"})
    assert status in (302, 303, 401), f"{status} to whoever is not logged in"
    status, headers, answer = form(deployment, "/login", {"password": "guessed"})
    assert status in (401, 403) and not [v for k, v in headers if k == "set-cookie"], (status, headers, answer[:300])
    status, headers, _ = form(deployment, "/login", {"password": PASSWORD})
    if status == 429:
        time.sleep(int(dict(headers)["retry-after"]))
    else:
        # The second is over already.
        assert status in (302, 303), status
    status, headers, answer = form(deployment, "/login", {"password": PASSWORD})
    cookies = [value for name, value in headers if name == "set-cookie"]
    assert status in (302, 303) and len(cookies) == 1, (status, headers, answer[:300])
    for word in ("Secure", "HttpOnly", "SameSite"):
        assert word.lower() in cookies[0].lower(), cookies[0]
    return cookies[0].split(";")[0]


def replay(deployment, cookie):
    """Replays page after page. Returns the number of letters, and of requests."""
    replayed, pages, after = 0, 0, None
    while True:
        status, _, answer = form(deployment, "/dead-letters/replay", {"after": after} if after else {},
                                 cookie=cookie, accept="application/json")
        assert status == 200, (status, answer[:300])
        progress = json.loads(answer)
        assert progress["refused"] == 0, progress
        replayed, pages, after = replayed + progress["replayed"], pages + 1, progress.get("after")
        if not after:
            assert progress["left"] == 0, progress
            return replayed, pages
        assert pages < 1000, "the replay has no end"


def form(deployment, path, fields, **headers):
    """Posts a form of our own page, as a browser does."""
    headers |= {"content-type": "application/x-www-form-urlencoded", "origin": deployment.base_url,
                "sec-fetch-site": "same-origin"}
    return deployment.request("POST", path, headers, urllib.parse.urlencode(fields).encode())
